import { rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import type { DestinationStream } from 'pino';
import { MIGRATIONS } from '../migrations/migrations.ts';
import { BootToken } from './access/boot-token.ts';
import { IdempotencyInterceptor } from './access/idempotency.interceptor.ts';
import { ReplayFilter } from './access/replay.filter.ts';
import { AppModule, QUEUE_FILE } from './app.module.ts';
import type { Clock } from './core/time.ts';
import { ENTITIES } from './entities.ts';
import { SystemClock } from './platform/clock/clock.ts';
import type { Config } from './platform/config/config.ts';
import { Keyring } from './platform/crypto/kek.ts';
import type { Secret } from './platform/crypto/secret.ts';
import { lockDirectory } from './platform/database/directory-lock.ts';
import { openDatabase } from './platform/database/open-database.ts';
import { serveHttp } from './platform/http/serve.ts';
import { openLog } from './platform/log/log.module.ts';
import { Ssh2Connector } from './platform/ssh/ssh2-connector.ts';
import type { Ssh } from './platform/ssh/ssh.ts';
import { sealingKey } from './sealing-key.ts';

/** What a test puts in the place of the world. */
export interface Overrides {
  readonly clock?: Clock;
  readonly ssh?: Ssh;
  readonly log?: DestinationStream;
}

/** The service, ready to listen. */
export interface Umpire {
  readonly app: NestExpressApplication;
  /** The admin token that was made because there was none: to be shown once. */
  readonly madeToken: Secret | null;
  /** @returns the address that it listens on, `http://HOST:PORT` */
  listen(): Promise<string>;
  /** Takes no more requests, ends the work under way, and gives the data directory back. */
  close(): Promise<void>;
}

/** Streams of events do not end by themselves: they get this long, also those that begin while jobs come to their border. */
const LAST_ANSWERS_MS = 3_000;

/**
 * Opens everything that the service stands on and puts the service together.
 * @throws DirectoryInUse, KekFileUnusable, or what the database throws when it cannot be opened
 */
export const createApp = async (config: Config, overrides: Overrides = {}): Promise<Umpire> => {
  const opened = new AsyncDisposableStack();
  try {
    return await assemble(config, overrides, opened);
  } catch (thrown) {
    await opened.disposeAsync();
    throw thrown;
  }
};

const assemble = async (config: Config, overrides: Overrides, opened: AsyncDisposableStack): Promise<Umpire> => {
  const { clock = new SystemClock(), ssh = new Ssh2Connector(clock), log = openLog() } = overrides;
  if (config.databaseUrl === null) opened.adopt(lockDirectory(config.dataDirectory), (lock) => lock.release());
  if (config.redisUrl === null && config.databaseUrl === null) forgetQueue(config.dataDirectory);
  const { dataDirectory, databaseUrl: url } = config;
  const database = await openDatabase({ url, dataDirectory, entities: ENTITIES, migrations: MIGRATIONS });
  opened.adopt(database, () => database.close());
  const { kek, warning } = await sealingKey(config.kekFile, database);
  const surroundings = { config, clock, database, keyring: new Keyring(kek), ssh };
  const options = { bufferLogs: true, bodyParser: false, abortOnError: false };
  const app = await NestFactory.create<NestExpressApplication>(AppModule.for(surroundings, log), options);
  app.useLogger(app.get(Logger));
  if (warning !== null) app.get(Logger).warn(warning);
  opened.adopt(app, () => closeApp(app));
  serveHttp(app, {
    role: config.role,
    interceptor: app.get(IdempotencyInterceptor),
    filter: new ReplayFilter(),
  });
  await app.init();
  const madeToken = config.role === 'worker' ? null : await app.get(BootToken).ensure(config.adminToken);
  return { app, madeToken, listen: () => listen(app, config), close: () => opened.disposeAsync() };
};

/**
 * The embedded queue of a process that is alone on its directory begins empty: work that the last one had in its hands
 * would look busy there until its locks expire. Nothing is lost with it, the sweep wakes what the journal says is open.
 */
const forgetQueue = (dataDirectory: string): void => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDirectory, `${QUEUE_FILE}${suffix}`), { force: true });
};

const listen = async (app: NestExpressApplication, { listen: { host, port } }: Config): Promise<string> => {
  await app.listen(port, host);
  const bound = app.getHttpServer().address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${bound.port}`;
};

const closeApp = async (app: NestExpressApplication): Promise<void> => {
  const server = app.getHttpServer();
  const timer = setInterval(() => server.closeAllConnections(), LAST_ANSWERS_MS);
  try {
    await app.close();
  } finally {
    clearInterval(timer);
  }
};
