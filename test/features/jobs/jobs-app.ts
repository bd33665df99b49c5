import { setTimeout as wait } from 'node:timers/promises';
import { ArbitersStore } from '../../../src/arbiters/arbiters.store.ts';
import { Job, JobStep } from '../../../src/jobs/job.entity.ts';
import { EVERYTHING } from '../../../src/platform/database/scope.ts';
import { startApp, type Agent, type TestApp, type TestOptions } from '../app.ts';
import { addressOf, ARBITER_ADDRESS, CLUSTER_NAME } from '../fake-cluster.ts';
import { FakeHosts } from '../fake-hosts.ts';

export const FINGERPRINT = `SHA256:${'A'.repeat(43)}`;

/** A job as the API shows it, as far as tests look. */
export interface ShownJob {
  readonly id: string;
  readonly state: string;
  readonly finding: { code: string; message: string } | null;
  readonly cancelRequested: boolean;
  readonly steps: readonly {
    name: string;
    subject: string;
    state: string;
    attempts: number;
    finding: { code: string } | null;
  }[];
}

/** The service with one arbiter and one registered cluster, on hosts in the test's hand. */
export interface JobsApp extends TestApp {
  readonly hosts: FakeHosts;
  readonly customerId: string;
  readonly credentialId: string;
  readonly arbiterId: string;
  readonly clusterId: string;
  /** Asks for an onboarding, and answers its id. */
  onboard(): Promise<string>;
  /** Asks for an offboarding, and answers its id. */
  offboard(options?: object): Promise<string>;
  job(id: string): Promise<ShownJob>;
  /** The job once it is in one of these states. */
  until(id: string, ...states: readonly string[]): Promise<ShownJob>;
  /** The job once it has ended. */
  ended(id: string): Promise<ShownJob>;
  /** The rows of the journal as they are committed. */
  stepsOnRecord(jobId: string): Promise<JobStep[]>;
}

export interface Wishes {
  readonly nodeCount?: number;
  /** Whether the arbiter is taken for prepared. */
  readonly prepared?: boolean;
  /** Whether a person vouched for the host keys. */
  readonly confirmed?: boolean;
  /** How the service is started. */
  readonly app?: TestOptions;
  /** Starts it, where that is to be on another database. */
  readonly start?: (options: TestOptions) => Promise<TestApp>;
}

const PATIENCE_MS = 25_000;

export const startJobsApp = async ({
  nodeCount = 2,
  prepared = true,
  confirmed = true,
  app: options = {},
  start = startApp,
}: Wishes = {}): Promise<JobsApp> => {
  const app = await start(options);
  const hosts = new FakeHosts(nodeCount, app.clock);
  app.ssh.answer = (target, options) => hosts.connect(target, options);
  const hostKeyFingerprint = confirmed ? FINGERPRINT : undefined;
  const customerId = await app.customer('The customer');
  const credentialId = await created(app.admin, '/v1/ssh-credentials', { name: 'c', user: 'root', generate: true });
  const arbiter = { name: 'north', address: ARBITER_ADDRESS, credentialId, hostKeyFingerprint };
  const arbiterId = await created(app.admin, '/v1/arbiters', arbiter);
  const nodes = Array.from({ length: nodeCount }, (_, index) => ({
    address: addressOf(index + 1),
    credentialId,
    hostKeyFingerprint,
  }));
  const cluster = { customerId, arbiterId, name: CLUSTER_NAME, kind: 'corosync', nodes };
  const clusterId = await created(app.admin, '/v1/clusters', cluster);
  if (prepared) await takeForPrepared(app, arbiterId);
  const job = async (id: string) => (await app.admin.get(`/v1/jobs/${id}`).expect(200)).body as ShownJob;
  const until = (id: string, ...states: readonly string[]) =>
    eventually(
      () => job(id),
      ({ state }) => states.includes(state),
    );
  return {
    ...app,
    ...{ hosts, customerId, credentialId, arbiterId, clusterId, job, until },
    onboard: async () => {
      const options = nodeCount % 2 === 1 ? { acceptOddNodeRisk: true } : {};
      return created(app.admin, '/v1/jobs', { kind: 'onboard', clusterId, options }, 202);
    },
    offboard: (options = {}) => created(app.admin, '/v1/jobs', { kind: 'offboard', clusterId, options }, 202),
    ended: (id) => until(id, 'done', 'undone', 'frozen', 'cancelled'),
    stepsOnRecord: (jobId) => app.database.read.manager.find(JobStep, { where: { jobId }, order: { position: 'ASC' } }),
  };
};

export const created = async (agent: Agent, path: string, body: object, status = 201): Promise<string> => {
  const answer = await agent.post(path).send(body);
  if (answer.status !== status) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return (answer.body as { id: string }).id;
};

/** Asks again and again until the answer is good. */
export const eventually = async <T>(ask: () => Promise<T>, isGood: (value: T) => boolean): Promise<T> => {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await ask();
    if (isGood(value)) return value;
    if (performance.now() > until) throw new Error(`still not so: ${JSON.stringify(value)}`);
    await wait(50);
  }
};

/** As a prepare-arbiter job would leave it on record. */
const takeForPrepared = async (app: TestApp, arbiterId: string): Promise<void> => {
  const arbiters = app.umpire.app.get(ArbitersStore, { strict: false });
  const [instance] = await arbiters.instancesOf(app.database.read, EVERYTHING, arbiterId);
  if (!instance) throw new Error('the arbiter has no instance');
  await app.database.write((tx) => arbiters.updateInstance(tx, { ...instance, state: 'prepared' }));
};

/** How many jobs there are on record. */
export const jobsOnRecord = (app: TestApp): Promise<number> => app.database.read.manager.count(Job);
