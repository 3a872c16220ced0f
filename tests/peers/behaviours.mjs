// What applications do with a client of Redis: once with each library. A behaviour returns what the application sees.

/** What a call returns, or the error that it ends with. */
const outcome = async call => {
  try {
    return await call();
  } catch (e) {
    return { error: `${e.constructor.name}: ${e.message}` };
  }
};

/** All that an iterator or a stream yields, in one array. */
const all = async source => {
  const items = [];
  for await (const page of source) items.push(...[page].flat());
  return items.sort();
};

/** All pairs that an iterator or a stream of a hash yields. */
const pairs = async source => {
  const items = [];
  for await (const page of source) items.push(...page);
  return items;
};

/** Resolves with the first message of a subscription. */
const firstMessage = async (listener, subscribe, publish) => {
  const message = new Promise((resolve, reject) => {
    listener.on?.('message', (channel, text) => resolve([channel, text]));
    subscribe((text, channel) => resolve([channel, text])).then(publish).catch(reject);
  });
  return await message;
};

export const behaviours = [
  ['ping', { ioredis: c => c.ping(), redis: c => c.ping() }],
  ['name of a connection', {
    ioredis: async c => [await c.client('SETNAME', 'me'), await c.client('GETNAME')],
    redis: async c => [await c.clientSetName('me'), await c.clientGetName()],
  }],
  ['a wrong command is an error, and the connection stays', {
    ioredis: async c => [await outcome(() => c.call('nonsense', 'a')), await outcome(() => c.call('get')), await c.ping()],
    redis: async c =>
      [await outcome(() => c.sendCommand(['nonsense', 'a'])), await outcome(() => c.sendCommand(['get'])), await c.ping()],
  }],
  ['SET with options, GET, GETDEL', {
    ioredis: async c => [
      await c.set('a', '1'), await c.set('a', '2', 'NX'), await c.set('a', '3', 'GET'), await c.set('b', 'x', 'EX', 100),
      await c.ttl('b'), await c.get('a'), await c.getdel('a'), await c.get('a')],
    redis: async c => [
      await c.set('a', '1'), await c.set('a', '2', { condition: 'NX' }), await c.set('a', '3', { GET: true }),
      await c.set('b', 'x', { expiration: { type: 'EX', value: 100 } }), await c.ttl('b'), await c.get('a'),
      await c.getDel('a'), await c.get('a')],
  }],
  ['APPEND, GETRANGE, SETRANGE, STRLEN', {
    ioredis: async c => [
      await c.append('a', 'hello'), await c.setrange('a', 1, 'a'), await c.getrange('a', 0, 2), await c.strlen('a')],
    redis: async c => [
      await c.append('a', 'hello'), await c.setRange('a', 1, 'a'), await c.getRange('a', 0, 2), await c.strLen('a')],
  }],
  ['MSET, MSETNX, MGET', {
    ioredis: async c => [await c.mset({ a: '1', b: '2' }), await c.msetnx('b', 'x', 'c', 'y'), await c.mget('a', 'b', 'c')],
    redis: async c => [await c.mSet({ a: '1', b: '2' }), await c.mSetNX([['b', 'x'], ['c', 'y']]), await c.mGet(['a', 'b', 'c'])],
  }],
  ['INCR, DECRBY, INCRBYFLOAT, an error of a number', {
    ioredis: async c => [
      await c.incr('a'), await c.decrby('a', 5), await c.incrbyfloat('a', 0.5), await outcome(() => c.incr('a'))],
    redis: async c => [
      await c.incr('a'), await c.decrBy('a', 5), await c.incrByFloat('a', 0.5), await outcome(() => c.incr('a'))],
  }],
  ['bytes that are no text', {
    ioredis: async c => [await c.set('a', Buffer.from([0, 255, 13, 10])), [...await c.getBuffer('a')]],
    redis: async c => [
      await c.set('a', Buffer.from([0, 255, 13, 10])), [...await c.withTypeMapping({ 36: Buffer }).get('a')]],
  }],
  ['a value of 500,000 bytes', {
    ioredis: async c => [await c.set('a', 'v'.repeat(500_000)), (await c.get('a')).length],
    redis: async c => [await c.set('a', 'v'.repeat(500_000)), (await c.get('a')).length],
  }],
  ['EXPIRE, PERSIST, TTL, RENAME, TYPE, EXISTS, DEL', {
    ioredis: async c => [
      await c.set('a', 'x'), await c.expire('a', 100), await c.ttl('a'), await c.persist('a'), await c.ttl('a'),
      await c.rename('a', 'b'), await c.type('b'), await c.exists('a', 'b'), await c.del('a', 'b'), await c.unlink('b')],
    redis: async c => [
      await c.set('a', 'x'), await c.expire('a', 100), await c.ttl('a'), await c.persist('a'), await c.ttl('a'),
      await c.rename('a', 'b'), await c.type('b'), await c.exists(['a', 'b']), await c.del(['a', 'b']), await c.unlink('b')],
  }],
  ['SCAN, HSCAN, SSCAN by the library\'s iterators', {
    ioredis: async c => {
      const keys = Array.from({ length: 100 }, (_, i) => `key:${i}`);
      await c.mset(keys.flatMap(k => [k, 'x']));
      await c.hset('h', { f: '1' });
      await c.sadd('s', 'm');
      return [
        await all(c.scanStream({ match: 'key:*', count: 10 })), await pairs(c.hscanStream('h')), await all(c.sscanStream('s'))];
    },
    redis: async c => {
      const keys = Array.from({ length: 100 }, (_, i) => `key:${i}`);
      await c.mSet(keys.map(k => [k, 'x']));
      await c.hSet('h', { f: '1' });
      await c.sAdd('s', 'm');
      return [
        await all(c.scanIterator({ MATCH: 'key:*', COUNT: 10 })), await pairs(c.hScanIterator('h')),
        await all(c.sScanIterator('s'))];
    },
  }],
  ['hashes as objects', {
    ioredis: async c => [
      await c.hset('h', { a: '1', b: 'two' }), await c.hgetall('h'), await c.hmget('h', 'a', 'c'), await c.hincrby('h', 'a', 2),
      await c.hdel('h', 'b'), await c.hkeys('h'), await c.hvals('h'), await c.hgetall('none'), await c.hexists('h', 'a')],
    redis: async c => [
      await c.hSet('h', { a: '1', b: 'two' }), await c.hGetAll('h'), await c.hmGet('h', ['a', 'c']),
      await c.hIncrBy('h', 'a', 2), await c.hDel('h', 'b'), await c.hKeys('h'), await c.hVals('h'), await c.hGetAll('none'),
      await c.hExists('h', 'a')],
  }],
  ['lists', {
    ioredis: async c => [
      await c.rpush('l', 'a', 'b', 'c'), await c.lpush('l', 'z'), await c.lrange('l', 0, -1), await c.lpop('l'),
      await c.rpop('l', 2), await c.lmove('l', 'm', 'LEFT', 'RIGHT'), await c.llen('l'), await c.lindex('m', 0),
      await c.lset('m', 0, 'q'), await c.ltrim('m', 0, 0), await c.lrange('m', 0, -1)],
    redis: async c => [
      await c.rPush('l', ['a', 'b', 'c']), await c.lPush('l', 'z'), await c.lRange('l', 0, -1), await c.lPop('l'),
      await c.rPopCount('l', 2), await c.lMove('l', 'm', 'LEFT', 'RIGHT'), await c.lLen('l'), await c.lIndex('m', 0),
      await c.lSet('m', 0, 'q'), await c.lTrim('m', 0, 0), await c.lRange('m', 0, -1)],
  }],
  ['sets', {
    ioredis: async c => [
      await c.sadd('s', 'a', 'b'), await c.sismember('s', 'a'), await c.smismember('s', 'a', 'x'),
      (await c.smembers('s')).sort(), await c.scard('s'), await c.smove('s', 't', 'a'), await c.srem('s', 'b')],
    redis: async c => [
      await c.sAdd('s', ['a', 'b']), await c.sIsMember('s', 'a'), await c.smIsMember('s', ['a', 'x']),
      [...await c.sMembers('s')].sort(), await c.sCard('s'), await c.sMove('s', 't', 'a'), await c.sRem('s', 'b')],
  }],
  ['a command for another kind of value', {
    ioredis: async c => [await c.set('a', 'x'), await outcome(() => c.lpush('a', 'y'))],
    redis: async c => [await c.set('a', 'x'), await outcome(() => c.lPush('a', 'y'))],
  }],
  ['a pipeline of 10,000 commands, one of them wrong', {
    ioredis: async c => {
      const pipeline = c.pipeline();
      for (let i = 0; i < 10_000; i++) pipeline.incr('n');
      pipeline.hset('n', 'f', 'v').get('n');
      const replies = await pipeline.exec();
      return [replies.length, replies[9_999], replies[10_000][0].message, replies[10_001]];
    },
    redis: async c => {
      const pipeline = c.multi();
      for (let i = 0; i < 10_000; i++) pipeline.incr('n');
      pipeline.hSet('n', 'f', 'v').get('n');
      const replies = await outcome(() => pipeline.execAsPipeline());
      return [replies.errorIndexes ?? replies, await c.get('n')];
    },
  }],
  ['commands sent at once, which the library puts together', {
    ioredis: async c => {
      const together = c.duplicate({ enableAutoPipelining: true, lazyConnect: true });
      const replies = await Promise.all(Array.from({ length: 1_000 }, () => together.incr('n')));
      together.disconnect();
      return replies;
    },
    redis: c => Promise.all(Array.from({ length: 1_000 }, () => c.incr('n'))),
  }],
  ['MULTI and EXEC', {
    ioredis: c => c.multi().set('a', '1').incr('a').get('a').hset('h', 'f', 'v').hgetall('h').exec(),
    redis: c => c.multi().set('a', '1').incr('a').get('a').hSet('h', 'f', 'v').hGetAll('h').exec(),
  }],
  ['an error within a transaction', {
    ioredis: async c => (await c.multi().set('a', 'x').incr('a').get('a').exec()).map(([e, v]) => e?.message ?? v),
    redis: async c => [await outcome(() => c.multi().set('a', 'x').incr('a').get('a').exec()), await c.get('a')],
  }],
  ['a transaction that is refused when it is queued', {
    ioredis: async c => [await outcome(() => c.multi().set('a', 'x').call('nonsense').exec()), await c.get('a')],
    redis: async c => [await outcome(() => c.multi().set('a', 'x').addCommand(['nonsense']).exec()), await c.get('a')],
  }],
  ['WATCH without and with a rival', {
    ioredis: async (c, rival) => {
      await c.watch('a');
      const first = await c.multi().set('a', '1').exec();
      await c.watch('a');
      await rival.set('a', '2');
      return [first, await c.multi().set('a', '3').exec(), await c.get('a')];
    },
    redis: async (c, rival) => {
      await c.watch('a');
      const first = await c.multi().set('a', '1').exec();
      await c.watch('a');
      await rival.set('a', '2');
      return [first, await outcome(() => c.multi().set('a', '3').exec()), await c.get('a')];
    },
  }],
  ['DISCARD and UNWATCH', {
    ioredis: async c => [
      await c.multi({ pipeline: false }), await c.set('a', '1'), await c.discard(), await c.get('a'), await c.watch('a'),
      await c.unwatch()],
    redis: async c => [
      await c.sendCommand(['MULTI']), await c.sendCommand(['SET', 'a', '1']), await c.sendCommand(['DISCARD']),
      await c.get('a'), await c.watch('a'), await c.unwatch()],
  }],
  ['a second database', {
    ioredis: async c => [await outcome(() => c.select(1)), await c.select(0)],
    redis: async c => [await outcome(() => c.select(1)), await c.select(0)],
  }],
  ['QUIT answers what was sent before', {
    ioredis: async c => await Promise.all([c.set('a', '1'), c.get('a'), c.quit()]),
    redis: async c => [...await Promise.all([c.set('a', '1'), c.get('a')]), await c.sendCommand(['QUIT'])],
  }],
  ['sorted sets', {
    ioredis: async c => [
      await c.zadd('z', 1, 'a', 2.5, 'b'), await c.zscore('z', 'b'), await c.zrange('z', 0, -1, 'WITHSCORES'),
      await c.zincrby('z', 2, 'a'), await c.zrank('z', 'a')],
    redis: async c => [
      await c.zAdd('z', [{ score: 1, value: 'a' }, { score: 2.5, value: 'b' }]), await c.zScore('z', 'b'),
      await c.zRangeWithScores('z', 0, -1), await c.zIncrBy('z', 2, 'a'), await c.zRank('z', 'a')],
  }],
  ['set algebra', {
    ioredis: async c => [
      await c.sadd('s', 'a', 'b'), await c.sadd('t', 'b'), await c.sinter('s', 't'), await c.sdiff('s', 't'),
      await c.sunionstore('u', 's', 't')],
    redis: async c => [
      await c.sAdd('s', ['a', 'b']), await c.sAdd('t', 'b'), [...await c.sInter(['s', 't'])], [...await c.sDiff(['s', 't'])],
      await c.sUnionStore('u', ['s', 't'])],
  }],
  ['SPOP of the only member', {
    ioredis: async c => [await c.sadd('s', 'a'), await c.spop('s'), await c.scard('s')],
    redis: async c => [await c.sAdd('s', 'a'), await c.sPop('s'), await c.sCard('s')],
  }],
  ['LREM, LINSERT, LPOS', {
    ioredis: async c => [
      await c.rpush('l', 'a', 'b', 'a'), await c.lpos('l', 'b'), await c.linsert('l', 'BEFORE', 'b', 'x'),
      await c.lrem('l', 0, 'a'), await c.lrange('l', 0, -1)],
    redis: async c => [
      await c.rPush('l', ['a', 'b', 'a']), await c.lPos('l', 'b'), await c.lInsert('l', 'BEFORE', 'b', 'x'),
      await c.lRem('l', 0, 'a'), await c.lRange('l', 0, -1)],
  }],
  ['SETBIT, GETBIT, BITCOUNT', {
    ioredis: async c => [await c.setbit('a', 7, 1), await c.getbit('a', 7), await c.bitcount('a')],
    redis: async c => [await c.setBit('a', 7, 1), await c.getBit('a', 7), await c.bitCount('a')],
  }],
  ['COPY', {
    ioredis: async c => [await c.set('a', 'x'), await c.copy('a', 'b'), await c.get('b')],
    redis: async c => [await c.set('a', 'x'), await c.copy('a', 'b'), await c.get('b')],
  }],
  ['BLPOP of a list that has an element', {
    ioredis: async c => [await c.rpush('l', 'a'), await c.blpop('l', 1)],
    redis: async c => [await c.rPush('l', 'a'), await c.blPop('l', 1)],
  }],
  ['BZPOPMIN and BZMPOP of a sorted set that has members', {
    ioredis: async c => [
      await c.zadd('z', 1, 'a', 2.5, 'b', 3, 'c'), await c.bzpopmin('z', 1), await c.bzmpop(1, 1, 'z', 'MAX')],
    redis: async c => [
      await c.zAdd('z', [{ score: 1, value: 'a' }, { score: 2.5, value: 'b' }, { score: 3, value: 'c' }]),
      await c.bzPopMin('z', 1), await c.bzmPop(1, 'z', 'MAX')],
  }],
  ['BZPOPMAX that runs out of time', {
    ioredis: c => c.bzpopmax('none', 0.01),
    redis: c => c.bzPopMax('none', 0.01),
  }],
  ['EVAL that releases a lock', {
    ioredis: async c => [await c.set('lock', 'token', 'PX', 30_000, 'NX'), await c.eval(RELEASE, 1, 'lock', 'token')],
    redis: async c => [
      await c.set('lock', 'token', { expiration: { type: 'PX', value: 30_000 }, condition: 'NX' }),
      await c.eval(RELEASE, { keys: ['lock'], arguments: ['token'] })],
  }],
  ['EVAL of any script', {
    ioredis: c => c.eval('return {KEYS[1], ARGV[1], 7}', 1, 'k', 'v'),
    redis: c => c.eval('return {KEYS[1], ARGV[1], 7}', { keys: ['k'], arguments: ['v'] }),
  }],
  ['publish and subscribe', {
    ioredis: (c, rival) => firstMessage(c, () => c.subscribe('news'), () => rival.publish('news', 'hello')),
    redis: (c, rival) => firstMessage({}, listener => c.subscribe('news', listener), () => rival.publish('news', 'hello')),
  }],
  ['streams', {
    ioredis: async c => [await c.xadd('x', '1-1', 'f', 'v'), await c.xlen('x'), await c.xrange('x', '-', '+')],
    redis: async c => [await c.xAdd('x', '1-1', { f: 'v' }), await c.xLen('x'), await c.xRange('x', '-', '+')],
  }],
];

// As most locks of Redis release theirs.
const RELEASE = 'if redis.call("get",KEYS[1]) == ARGV[1] then return redis.call("del",KEYS[1]) else return 0 end';

/** Runs a behaviour; its result as comparable JSON. */
export async function run(behaviour, library, client, rival) {
  const result = await outcome(() => behaviour[1][library](client, rival));
  return JSON.stringify(result, (_, value) =>
    value instanceof Error ? { error: value.message } : value instanceof Map ? [...value] : value);
}
