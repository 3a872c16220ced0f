// The two clients, as an application opens them.
import Redis from 'ioredis';
import { createClient } from 'redis';

// Both try to connect again after this time.
const RETRY_MS = 50;

/** Opens a client of a library at { path } or { host, port }. */
export async function connect(library, protocol, endPoint) {
  if (library === 'ioredis') {
    const client = new Redis({ ...endPoint, protocol, lazyConnect: true, retryStrategy: () => RETRY_MS });
    client.on('error', () => {}); // it connects again, and the commands tell what became of them
    await client.connect();
    return client;
  }
  const client = createClient({ socket: { ...endPoint, reconnectStrategy: () => RETRY_MS }, RESP: protocol });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Ends a client at once. */
export function close(library, client) {
  if (library === 'ioredis') client.disconnect();
  else if (client.isOpen) client.destroy();
}
