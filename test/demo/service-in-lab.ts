import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../lab/lab.ts';
import { PROJECT } from '../machine/build.ts';
import { Child } from './child.ts';
import { tunnel } from './tunnel.ts';

const MAIN = join(PROJECT, 'dist/src/main.js');
const TUNNEL_END = join(import.meta.dirname, 'tunnel-end.ts');
/** The service's own default, inside the lab's network as on the machine. */
const HOST = '127.0.0.1';
const PORT = 8750;
const READY_MS = 30_000;

/** The built service in the lab's network, on a data directory of its own, with a way in from the machine. */
export class ServiceInLab {
  /** Where the machine reaches it. */
  readonly url: string;
  readonly #directory: string;
  readonly #children: readonly Child[];
  readonly #entrance: Server;

  private constructor(directory: string, children: readonly Child[], entrance: Server) {
    const address = entrance.address();
    this.url = `http://${HOST}:${typeof address === 'object' ? (address?.port ?? PORT) : PORT}`;
    this.#directory = directory;
    this.#children = children;
    this.#entrance = entrance;
  }

  /**
   * @param adminToken the first admin token
   * @throws Error with the end of the service's log when it does not start
   */
  static async start(lab: Lab, adminToken: string): Promise<ServiceInLab> {
    await using failed = new AsyncDisposableStack();
    const directory = await mkdtemp(join(tmpdir(), 'umpire-demo-'));
    failed.defer(() => rm(directory, { recursive: true, force: true }));
    const service = launch(lab, directory, adminToken);
    failed.defer(() => service.end());
    await service.says(/^listening on /m, READY_MS).catch((failure: Error) => {
      throw new Error(`the service ${failure.message}\n${endOfLog(directory)}`);
    });
    const socket = join(directory, 'tunnel.sock');
    const tunnelEnd = new Child(lab, [TUNNEL_END, socket, HOST, String(PORT)], { stdio: ['pipe', 'pipe', 'inherit'] });
    failed.defer(() => tunnelEnd.end());
    await tunnelEnd.says(/^open$/m, READY_MS);
    const started = new ServiceInLab(directory, [service, tunnelEnd], await entranceTo(socket));
    failed.move();
    return started;
  }

  /** What of it has ended though it should run, with the end of the log; null while all is well. */
  get fault(): string | null {
    const [service, tunnelEnd] = this.#children.map((child) => child.ended);
    if (service) return `the service ${service}\n${endOfLog(this.#directory)}`;
    return tunnelEnd ? `the tunnel into the lab ${tunnelEnd}` : null;
  }

  /** The service's own log. */
  get logFile(): string {
    return logIn(this.#directory);
  }

  /** Ends the service and the way in, and removes its data. */
  async stop(): Promise<void> {
    this.#entrance.close();
    for (const child of this.#children) await child.end();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

const launch = (lab: Lab, directory: string, adminToken: string): Child => {
  const env = {
    UMPIRE_DATA: join(directory, 'data'),
    UMPIRE_LISTEN: `${HOST}:${PORT}`,
    UMPIRE_ADMIN_TOKEN: adminToken,
  };
  const log = openSync(logIn(directory), 'a', 0o600);
  try {
    return new Child(lab, [MAIN], { env, stdio: ['ignore', 'pipe', log] });
  } finally {
    closeSync(log);
  }
};

/** The service's usual port where it is free, any other where something else listens there. */
const entranceTo = async (path: string): Promise<Server> => {
  const server = await tunnel({ host: HOST, port: PORT }, { path }).catch((failure: NodeJS.ErrnoException) => {
    if (failure.code !== 'EADDRINUSE') throw failure;
    return tunnel({ host: HOST, port: 0 }, { path });
  });
  if (!server.listening) await once(server, 'listening');
  return server;
};

const logIn = (directory: string): string => join(directory, 'service.log');

const endOfLog = (directory: string): string =>
  readFileSync(logIn(directory), 'utf8').trimEnd().split('\n').slice(-15).join('\n');
