// What the clients talk to: a real Redis, and a cluster of four replicas with two gateways; all end with this process.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
// The program of the checkout, or the one that BFTCLOUD names.
const program = process.env.BFTCLOUD ? ['dotnet', process.env.BFTCLOUD] : [join(root, 'bftcloud')];
const processes = new Set();

/** Runs the program to its end; what it printed. */
const bftcloud = async (...words) =>
  (await promisify(execFile)(program[0], [...program.slice(1), ...words], { encoding: 'utf8' })).stdout;

/** Starts a server; resolves when a line of its output fits, with the process and the match. */
const start = (command, words, ready) => new Promise((resolve, reject) => {
  const server = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  processes.add(server);
  server.on('error', reject);
  server.on('exit', () => {
    processes.delete(server);
    reject(new Error(`'${command} ${words.join(' ')}' has ended.`));
  });
  createInterface({ input: server.stdout }).on('line', line => {
    const match = line.match(ready);
    if (match) resolve({ server, match });
  });
});

/** Kills a server, and waits until it is gone. */
const kill = server => new Promise(resolve => {
  server.on('exit', resolve);
  server.kill('SIGKILL');
});

export class Servers {
  #folder = mkdtempSync(join(tmpdir(), 'bftcloud-peers-'));
  #cluster = join(this.#folder, 'D');
  #gateways = [];

  /** Where Redis listens. */
  redis = { path: join(this.#folder, 's') };

  static async start() {
    const servers = new Servers();
    const options = ['--port', '0', '--unixsocket', servers.redis.path, '--save', '', '--appendonly', 'no'];
    await start('redis-server', options, /accept connections/);
    await bftcloud('cluster', 'init', '--f', '1', '--service', 'kv', '--out', servers.#cluster);
    await servers.up();
    // Addresses that nothing else uses: while no gateway listens, the port goes to no other program.
    const own = `${process.pid >> 8 & 255}.${process.pid & 255}`;
    for (const net of [98, 99]) servers.#gateways.push(await servers.#serve(`127.${net}.${own}`, 0));
    return servers;
  }

  /** Where a gateway listens. */
  gateway = i => this.#gateways[i].endPoint;

  /** Starts the replicas that are down. */
  up = () => bftcloud('cluster', 'up', this.#cluster, '--detach');

  async killLeader() {
    const status = JSON.parse(await bftcloud('cluster', 'status', this.#cluster, '--json'));
    const leader = status.replicas.find(replica => replica.up).leader;
    process.kill(status.replicas[leader].pid, 'SIGKILL');
  }

  async killGateway(i) {
    await kill(this.#gateways[i].server);
  }

  async restartGateway(i) {
    const { host, port } = this.gateway(i);
    this.#gateways[i] = await this.#serve(host, port);
  }

  async stop() {
    await Promise.all([...processes].map(kill));
    await bftcloud('cluster', 'down', this.#cluster);
    rmSync(this.#folder, { recursive: true });
  }

  async #serve(host, port) {
    const words = ['kv', 'serve', '--cluster', this.#cluster, '--listen', `${host}:${port}`];
    const { server, match } = await start(program[0], [...program.slice(1), ...words], /at [\d.]+:(\d+)\./);
    return { server, endPoint: { host, port: Number(match[1]) } };
  }
}
