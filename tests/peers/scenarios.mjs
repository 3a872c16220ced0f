// What a cluster with two gateways promises to a client. A scenario throws when it is broken.
import assert from 'node:assert/strict';
import { WatchError } from 'redis';
import { close, connect } from './clients.mjs';

const WRITERS = 8;
const STEPS = 40;

/**
 * Eight writers, each waiting for its last write; when half are done, something happens. The numbers of the writes that
 * were acknowledged.
 */
async function writeWhile(write, happens) {
  const acknowledged = [];
  let begun = 0, half, broken;
  const happened = new Promise((resolve, reject) => { half = resolve; broken = reject; }).then(happens);
  await Promise.all(Array.from({ length: WRITERS }, async () => {
    for (let i = 0; i < STEPS; i++) {
      const number = begun++;
      await write(number).then(() => acknowledged.push(number), () => {});
      if (begun === WRITERS * STEPS / 2) half();
    }
  })).catch(broken);
  await happened;
  return acknowledged;
}

export const scenarios = [
  ['increments go on while the leader is killed', async ({ servers, first, second }) => {
    const acknowledged = await writeWhile(() => first.incr('n'), () => servers.killLeader());
    assert.equal(acknowledged.length, WRITERS * STEPS);
    assert.equal(await second.get('n'), `${acknowledged.length}`);
    await servers.up();
  }],
  ['a write by one gateway is read by the other', async ({ first, second }) => {
    for (let i = 0; i < 100; i++) {
      await first.set('a', `${i}`);
      assert.equal(await second.get('a'), `${i}`);
    }
  }],
  ['WATCH by one gateway, a write by the other', async ({ library, first, second }) => {
    await first.watch('a');
    await second.set('a', 'rival');
    const transaction = first.multi().set('a', 'mine').exec();
    if (library === 'ioredis') assert.equal(await transaction, null);
    else await assert.rejects(transaction, WatchError);
    assert.equal(await second.get('a'), 'rival');
  }],
  ['the client connects again when its gateway comes back', async ({ servers, first, second }) => {
    // Not increments: by itself ioredis sends a command again whose reply was lost.
    const acknowledged = await writeWhile(number => first.set(`written:${number}`, 'x'), async () => {
      await servers.killGateway(0);
      await servers.restartGateway(0);
    });
    assert.ok(acknowledged.length > 0);
    for (const number of acknowledged) assert.equal(await second.get(`written:${number}`), 'x', `write ${number}`);
    assert.equal(await first.ping(), 'PONG');
  }],
];

/** Runs a scenario on an empty store; the failure, or null. */
export async function play(scenario, library, protocol, servers) {
  const first = await connect(library, protocol, servers.gateway(0));
  const second = await connect(library, protocol, servers.gateway(1));
  try {
    await (library === 'ioredis' ? second.flushall() : second.flushAll());
    await scenario[1]({ library, servers, first, second });
    return null;
  } catch (e) {
    return e.message;
  } finally {
    close(library, first);
    close(library, second);
  }
}
