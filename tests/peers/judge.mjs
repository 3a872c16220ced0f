// Runs every behaviour with both libraries and both protocols, by Redis and by the gateway, and writes the table.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { behaviours, run } from './behaviours.mjs';
import { close, connect } from './clients.mjs';
import { reasons } from './reasons.mjs';
import { play, scenarios } from './scenarios.mjs';
import { Servers } from './servers.mjs';

const PAGE = join(dirname(fileURLToPath(import.meta.url)), '../../docs/spec/kv/peers.md');
const BEGIN = '<!-- peers -->\n', END = '<!-- end of peers -->\n';
const COLUMNS = ['ioredis', 'redis'].flatMap(library => [2, 3].map(protocol => ({ library, protocol })));
// As Redis itself refuses a command that it does not know.
const UNKNOWN = /ERR unknown (sub)?command/;

// A use of a client that has not ended by then never will.
const PATIENCE_MS = 60_000;

const faults = [];

/** What a promise resolves with, unless it is late. */
async function timely(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It did not end within ${PATIENCE_MS} ms: ${what}.`)), PATIENCE_MS);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** What a library shows of a behaviour at one server. */
async function show(behaviour, { library, protocol }, endPoint) {
  const client = await connect(library, protocol, endPoint), rival = await connect(library, protocol, endPoint);
  try {
    await (library === 'ioredis' ? rival.flushall() : rival.flushAll());
    return await run(behaviour, library, client, rival);
  } finally {
    close(library, client);
    close(library, rival);
  }
}

/** The cell of a behaviour. */
async function compare(behaviour, column, servers) {
  const what = `${behaviour[0]}, ${column.library} RESP${column.protocol}`;
  const wanted = await timely(show(behaviour, column, servers.redis), `${what}, Redis`);
  const found = await timely(show(behaviour, column, servers.gateway(0)), `${what}, the gateway`);
  if (wanted === found) return 'pass';
  if (UNKNOWN.test(found)) return 'not supported';
  if (reasons[behaviour[0]]) return 'differs';
  faults.push(`${what}\n  Redis:   ${wanted}\n  gateway: ${found}`);
  return 'fails';
}

async function table(servers) {
  const lines = ['| | ioredis, RESP2 | ioredis, RESP3 | node-redis, RESP2 | node-redis, RESP3 |', '|---|---|---|---|---|'];
  for (const behaviour of behaviours) {
    const cells = [];
    for (const column of COLUMNS) cells.push(await compare(behaviour, column, servers));
    lines.push(`| ${behaviour[0]} | ${cells.join(' | ')} |`);
    const isUsed = cells.includes('differs');
    if (reasons[behaviour[0]] && !isUsed) faults.push(`${behaviour[0]}: reasons.mjs has a reason, and nothing differs.`);
  }
  for (const scenario of scenarios) {
    const cells = [];
    for (const { library, protocol } of COLUMNS) {
      const what = `${scenario[0]}, ${library} RESP${protocol}`;
      const failure = await timely(play(scenario, library, protocol, servers), what);
      if (failure) faults.push(`${what}: ${failure}`);
      cells.push(failure ? 'fails' : 'pass');
    }
    lines.push(`| ${scenario[0]} | ${cells.join(' | ')} |`);
  }
  lines.push('', '| differs | because |', '|---|---|');
  lines.push(...Object.entries(reasons).map(([name, reason]) => `| ${name} | ${reason} |`), '');
  return lines.join('\n');
}

const servers = await Servers.start();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => servers.stop().finally(() => process.exit(1)));
let found;
try {
  found = await table(servers);
} finally {
  await servers.stop();
}
const page = readFileSync(PAGE, 'utf8');
const [before, rest] = page.split(BEGIN), [kept, after] = rest.split(END);
if (faults.length > 0) {
  console.error(`The gateway differs from Redis, and reasons.mjs has no reason:\n${faults.join('\n')}`);
  process.exitCode = 1;
} else if (process.argv[2] === '--record') {
  writeFileSync(PAGE, before + BEGIN + found + END + after);
} else if (kept !== found) {
  console.error(`docs/spec/kv/peers.md has another table. Look at the difference, then run 'tests/peers/run --record'.\n${found}`);
  process.exitCode = 1;
}
