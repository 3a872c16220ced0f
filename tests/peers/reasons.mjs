// Behaviours in which the gateway differs from Redis on purpose, and why.
export const reasons = {
  'a second database': 'The replicated store is one database.',
  'EVAL of any script': 'The gateway runs the scripts of lock libraries alone.',
};
