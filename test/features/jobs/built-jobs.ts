import { instant, type Instant } from '../../../src/core/time.ts';
import { ADMIN_TOKEN, startApp, TestClock } from '../app.ts';
import { ARBITER_ADDRESS, CLUSTER_NAME } from '../fake-cluster.ts';
import type { Build } from '../built-service.ts';
import { Run } from '../built-service.ts';
import type { FakeHosts } from '../fake-hosts.ts';
import type { SshHosts } from '../ssh-hosts.ts';
import { created, eventually, takeForPrepared, type ShownJob } from './jobs-app.ts';

/** The machine's own time: a process of its own has no other. */
export class MachineClock extends TestClock {
  override now(): Instant {
    return instant(Date.now());
  }
}

/** Where a service keeps its things. */
export interface Places {
  readonly dataDirectory: string;
  readonly kekFile: string;
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
}

/** Puts an arbiter that is prepared and one cluster on record, before any process of the built service is there. */
export const registerHosts = async (
  { dataDirectory, kekFile, databaseUrl }: Places,
  { cluster: { nodes } }: FakeHosts,
  front: SshHosts,
): Promise<string> => {
  const config = { kekFile, databaseUrl, role: 'api' as const };
  const app = await startApp({ dataDirectory, config, clock: new MachineClock() });
  const customerId = await app.customer('The customer');
  const credentialId = await created(app.admin, '/v1/ssh-credentials', { name: 'c', user: 'root', generate: true });
  const arbiter = { name: 'north', credentialId, ...front.placeOf(ARBITER_ADDRESS) };
  const arbiterId = await created(app.admin, '/v1/arbiters', arbiter);
  await takeForPrepared(app, arbiterId);
  const clusterId = await created(app.admin, '/v1/clusters', {
    ...{ customerId, arbiterId, name: CLUSTER_NAME, kind: 'corosync' },
    nodes: nodes.map(({ address }) => ({ credentialId, ...front.placeOf(address) })),
  });
  await app.stop();
  return clusterId;
};

/** A process of the built service, and what a test asks of it. */
export class BuiltService {
  readonly run: Run;

  constructor(build: Build, { dataDirectory, kekFile, databaseUrl, redisUrl }: Places) {
    this.run = new Run(build, {
      ...{ UMPIRE_DATA: dataDirectory, UMPIRE_KEK_FILE: kekFile, UMPIRE_ADMIN_TOKEN: ADMIN_TOKEN },
      ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
      ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
    });
  }

  async ask<T>(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<T> {
    const answer = await fetch(`${await this.run.listening()}${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  }

  async onboard(clusterId: string): Promise<string> {
    return (await this.ask<{ id: string }>('POST', '/v1/jobs', { kind: 'onboard', clusterId })).id;
  }

  until(id: string, ...states: readonly string[]): Promise<ShownJob> {
    return eventually(
      () => this.ask<ShownJob>('GET', `/v1/jobs/${id}`),
      ({ state }) => states.includes(state),
    );
  }
}
