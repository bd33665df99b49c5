import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import type { Client, JobView } from '../e2e/client.ts';
import { Inventory } from '../e2e/inventory.ts';
import { Service } from '../e2e/service.ts';
import { Lab, labObstacle } from '../lab/lab.ts';
import { spokenProgress } from '../lab/progress.ts';

/*
 * Onboarding one healthy cluster alone, against the same while fifty clusters with an arbiter each swallow packets. Every one
 * of the fifty is being looked at, verified by a job and planned for at that moment. Rounds of both in turn; medians.
 */
const ROUNDS = 5;
const HOLES = 50;
const RESULT = 'bench-results/black-holes.json';
const GOAL = 1.2;
/** Registered hosts are told apart by address and port; the one host that swallows packets stands behind all of these. */
const FIRST_PORT = 2_000;
/** By then at the latest; a verification waits for 40 s. Where not all of the fifty may run at once, some still stand in line. */
const SETTLE_MS = 15_000;

const obstacle = labObstacle();
if (obstacle !== null) {
  process.stderr.write(`no benchmark here: ${obstacle}\n`);
  process.exit(69);
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

interface Row {
  readonly id: string;
}

/** Registers the fifty, as far as the API does that by itself: nobody answers there who could be onboarded. */
const registerHoles = async (client: Client, lab: Lab, inventory: Inventory): Promise<string[]> => {
  const { address, fingerprint } = lab.cluster('hole').nodes[0] ?? lab.arbiter;
  let port = FIRST_PORT;
  const host = () => ({
    address,
    sshPort: port++,
    credentialId: inventory.credentialId,
    hostKeyFingerprint: fingerprint,
  });
  return Promise.all(
    Array.from({ length: HOLES }, async (_, index) => {
      const arbiter = await client.post<Row>('/v1/arbiters', { name: `hole-${index}`, ...host() });
      const { customerId } = inventory;
      const nodes = [host(), host()];
      const body = { customerId, arbiterId: arbiter.id, name: `hole-${index}`, kind: 'corosync', nodes };
      return (await client.post<Row>('/v1/clusters', body)).id;
    }),
  );
};

/** Writes down that they are onboarded, while the service is dead. */
const takeForOnboarded = ({ dataDirectory }: Service): void => {
  const database = new Sqlite(join(dataDirectory, 'umpire.sqlite'));
  const device = JSON.stringify({ algorithm: 'ffsplit', votes: 1 });
  database.prepare("UPDATE clusters SET state = 'onboarded', device = ? WHERE name LIKE 'hole-%'").run(device);
  database
    .prepare(
      "UPDATE qnetd_instances SET state = 'prepared' WHERE arbiter_id IN (SELECT id FROM arbiters WHERE name LIKE 'hole-%')",
    )
    .run();
  database.close();
};

/** The first request after a restart may go out on a connection to the process before, and come back as reset. */
const answering = async (client: Client): Promise<void> => {
  while ((await client.ask('GET', '/readyz').catch(() => null)) === null) await wait(50);
};

/** Has everything that the service does wait on each of the fifty: a job, a plan, and the looks that it makes by itself. */
const waitOnHoles = async (client: Client, clusterIds: readonly string[]): Promise<void> => {
  for (const clusterId of clusterIds) await client.post('/v1/jobs', { kind: 'verify', clusterId });
  for (const clusterId of clusterIds) {
    const plan = client.ask('POST', '/v1/jobs', { kind: 'onboard', clusterId, dryRun: true });
    void plan.catch(() => undefined);
  }
  // Measured is what waiting costs others, not what fifty jobs cost that begin at once.
  const until = performance.now() + SETTLE_MS;
  const allWait = async (): Promise<boolean> => {
    const { items } = await client.get<{ items: JobView[] }>('/v1/jobs?kind=verify&limit=500');
    return items.every(({ state }) => state === 'running');
  };
  while (!(await allWait()) && performance.now() < until) await wait(250);
};

/** Processor time that the service has used so far (proc_pid_stat(5): utime and stime, in ticks of 10 ms). */
const cpuMs = ({ pid }: Service): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return 10 * (Number(fields[11]) + Number(fields[12]));
};

interface Round {
  readonly ms: number;
  /** What the service itself used meanwhile: it tells work from a busy machine. */
  readonly serviceCpuMs: number;
}

/** @returns how long the healthy cluster's onboarding took, from the POST to its end */
const round = async (lab: Lab, withHoles: boolean): Promise<Round> => {
  await lab.reset('arbiter');
  await lab.reset('one');
  const service = await Service.start();
  try {
    const inventory = await Inventory.begin(service.client, lab);
    done(await inventory.prepareArbiter());
    const clusterId = await inventory.register('one');
    const holes = withHoles ? await registerHoles(service.client, lab, inventory) : [];
    // Both kinds of round are measured on a service of the same age.
    await service.kill();
    if (withHoles) takeForOnboarded(service);
    await service.restart();
    await answering(service.client);
    await waitOnHoles(service.client, holes);
    const [begun, used] = [performance.now(), cpuMs(service)];
    const { id } = await service.client.post<JobView>('/v1/jobs', { kind: 'onboard', clusterId });
    done(await service.client.jobEndStreamed(id));
    return { ms: performance.now() - begun, serviceCpuMs: cpuMs(service) - used };
  } finally {
    await service.kill();
    await service.stop();
  }
};

const done = (job: JobView): void => {
  if (job.state !== 'done') throw new Error(`${job.kind} ended ${job.state}: ${job.finding?.message}`);
};

const told = (round: Round | undefined): string =>
  `${round?.ms.toFixed(0)} ms (${round?.serviceCpuMs} ms of processor)`;

const inside = async (): Promise<void> => {
  const lab = await Lab.attach();
  await lab.blackHole('hole-1');
  const alone: Round[] = [];
  const beside: Round[] = [];
  for (let index = 0; index < ROUNDS; index += 1) {
    alone.push(await round(lab, false));
    beside.push(await round(lab, true));
    process.stdout.write(`round ${index + 1}: alone ${told(alone.at(-1))}, beside the holes ${told(beside.at(-1))}\n`);
  }
  const [aloneMs, besideMs] = [alone, beside].map((rounds) => median(rounds.map(({ ms }) => ms)));
  const ratio = (besideMs ?? NaN) / (aloneMs ?? NaN);
  process.stdout.write(
    `one healthy cluster onboarded: alone ${aloneMs?.toFixed(0)} ms, beside ${HOLES} that swallow packets ${besideMs?.toFixed(0)} ms ` +
      `(medians of ${ROUNDS}): ${ratio.toFixed(2)} times as long, at most ${GOAL} is the goal\n`,
  );
  mkdirSync('bench-results', { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify({ holes: HOLES, alone, beside, ratio, goal: GOAL }, null, 2)}\n`);
  if (ratio > GOAL) process.exitCode = 1;
};

const outside = async (): Promise<void> => {
  const name = `bench${process.pid}`;
  const lab = await Lab.up({ name, arbiter: 'fresh', clusters: ['one:2', 'hole:2'], progress: spokenProgress() });
  try {
    const cli = new URL('../lab/cli.ts', import.meta.url).pathname;
    const argv = [cli, 'run', '--', process.execPath, import.meta.filename, 'inside'];
    process.exitCode =
      spawnSync(process.execPath, argv, { stdio: 'inherit', env: { ...process.env, UMPIRE_LAB: name } }).status ?? 1;
  } finally {
    await lab.down();
  }
};

await (process.argv[2] === 'inside' ? inside() : outside());
