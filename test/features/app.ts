import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import supertest from 'supertest';
import type { Config } from '../../src/platform/config/config.ts';
import { Database } from '../../src/platform/database/database.ts';
import { createApp, type Umpire } from '../../src/create-app.ts';
import { instant, plus, type Clock, type Instant } from '../../src/core/time.ts';
import { FakeSsh } from './fake-ssh.ts';

export type Agent = ReturnType<typeof supertest.agent>;

/** A clock that a test moves by hand. */
export class TestClock implements Clock {
  #now: Instant = instant(Date.parse('2026-11-22T10:00:00.000Z'));

  now(): Instant {
    return this.#now;
  }

  advance(durationMs: number): void {
    this.#now = plus(this.#now, durationMs);
  }
}

/** The service as it runs, on a data directory of its own, with time and hosts in the test's hand. */
export interface TestApp {
  readonly umpire: Umpire;
  readonly url: string;
  readonly config: Config;
  readonly clock: TestClock;
  readonly ssh: FakeSsh;
  readonly database: Database;
  /** May do everything. */
  readonly admin: Agent;
  /** Shows no token. */
  readonly nobody: Agent;
  as(token: string): Agent;
  /** A new token over the API, and an agent that shows it. */
  tokenFor(asked: { scopes: string[]; customerId?: string; expiresAt?: string }): Promise<IssuedToken>;
  /** A new customer's id. */
  customer(name: string): Promise<string>;
  /** Everything that was logged so far. */
  logged(): string;
  /** Every byte that stands in the data directory, but for the key that is meant to be there. */
  stored(): Buffer;
  /** Ends the service, and leaves its data for a next one. */
  stop(): Promise<void>;
  /** Ends the service and removes its data. */
  close(): Promise<void>;
}

export interface IssuedToken {
  readonly id: string;
  readonly token: string;
  readonly etag: string;
  readonly agent: Agent;
}

export const ADMIN_TOKEN = 'an-admin-token-of-a-test-that-is-long-enough';

export interface TestOptions {
  /** Where to go on from an app that was stopped. */
  readonly dataDirectory?: string;
  readonly config?: Partial<Config>;
  readonly clock?: TestClock;
}

export const startApp = async (options: TestOptions = {}): Promise<TestApp> => {
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'umpire-test-'));
  const config: Config = {
    dataDirectory,
    listen: { host: '127.0.0.1', port: 0 },
    adminToken: ADMIN_TOKEN,
    kekFile: join(dataDirectory, 'kek'),
    databaseUrl: null,
    redisUrl: null,
    role: 'all',
    webhookAllow: [],
    smtp: null,
    cadence: { arbiterEveryMs: 5_000, nodesEveryMs: 60_000 },
    readingsDays: 7,
    transitionsDays: 1826,
    ...options.config,
  };
  const { clock = new TestClock() } = options;
  const ssh = new FakeSsh();
  const lines: string[] = [];
  const umpire = await createApp(config, { clock, ssh, log: { write: (line: string) => void lines.push(line) } });
  const url = await umpire.listen();
  const as = (token: string): Agent => supertest.agent(url).auth(token, { type: 'bearer' });
  const admin = as(config.adminToken ?? umpire.madeToken?.reveal() ?? '');
  const stop = () => umpire.close();
  return {
    ...{ umpire, url, config, clock, ssh, admin, as, stop },
    database: umpire.app.get(Database),
    nobody: supertest.agent(url),
    tokenFor: (asked) => tokenFor(admin, as, asked),
    customer: (name) => customerCalled(admin, name),
    logged: () => lines.join(''),
    stored: () => bytesIn(dataDirectory),
    close: async () => {
      await stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
};

const tokenFor = async (admin: Agent, as: (token: string) => Agent, asked: object): Promise<IssuedToken> => {
  const answer = await admin
    .post('/v1/tokens')
    .send({ name: 'of a test', ...asked })
    .expect(201);
  const { id, token } = answer.body as { id: string; token: string };
  return { id, token, etag: answer.headers['etag'] ?? '', agent: as(token) };
};

const customerCalled = async (admin: Agent, name: string): Promise<string> => {
  const answer = await admin.post('/v1/customers').send({ name }).expect(201);
  return (answer.body as { id: string }).id;
};

const bytesIn = (directory: string): Buffer =>
  Buffer.concat(
    readdirSync(directory)
      .filter((name) => name !== 'kek')
      .map((name) => readFileSync(join(directory, name))),
  );
