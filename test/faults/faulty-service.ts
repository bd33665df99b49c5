import 'reflect-metadata';
import type { JobStep } from '../../src/jobs/job.entity.ts';
import type { StepMoment } from '../../src/jobs/step-watch.ts';
import type { AnyStep } from '../../src/jobs/step.ts';
import type { Way } from './cell.ts';
import type { Numbered, Order, Report } from './orders.ts';

/** The built service's modules, under the types of their sources. */
const built = <T>(path: string): Promise<T> =>
  import(new URL(`../../dist/src/${path}`, import.meta.url).href) as Promise<T>;
const { createApp } = await built<typeof import('../../src/create-app.ts')>('create-app.js');
const { JobsStore } = await built<typeof import('../../src/jobs/jobs.store.ts')>('jobs/jobs.store.js');
const { RunJob } = await built<typeof import('../../src/jobs/run-job.ts')>('jobs/run-job.js');
const { StepWatch } = await built<typeof import('../../src/jobs/step-watch.ts')>('jobs/step-watch.js');
const { Steps } = await built<typeof import('../../src/jobs/steps.ts')>('jobs/steps.js');
const { RUN_JOB } = await built<typeof import('../../src/jobs/waking.ts')>('jobs/waking.js');
const { readConfig } = await built<typeof import('../../src/platform/config/config.ts')>('platform/config/config.js');
const { Database } = await built<typeof import('../../src/platform/database/database.ts')>(
  'platform/database/database.js',
);
const { WorkQueue } = await built<typeof import('../../src/platform/queue/queue.ts')>('platform/queue/queue.js');

/*
 * The built service, but with somebody at each moment of each step who obeys the orders of a fault test (orders.ts): it stops
 * there and waits, dies there by kill -9, fails, works twice, or gets its work delivered twice.
 */
const read = readConfig(process.env);
if (!read.ok) throw new Error(read.problems.join('\n'));
const umpire = await createApp(read.config);
const { app } = umpire;

let stop: Extract<Order, { kind: 'stop-at' }> | null = null;
let goOn: () => void = () => undefined;
let failsLast = false;

const report = (told: Report): void => void process.send?.(told);

const isThere = (moment: StepMoment, step: JobStep, way: Way): boolean =>
  stop !== null &&
  stop.point.moment === moment &&
  stop.point.way === way &&
  stop.point.step === step.name &&
  stop.point.subject === step.subject;

/** Once only: a second runner that comes here meets nobody. */
const standStill = async (): Promise<void> => {
  if (stop?.then === 'die') process.kill(process.pid, 'SIGKILL');
  stop = null;
  const { promise, resolve } = Promise.withResolvers<void>();
  goOn = resolve;
  report({ kind: 'reached' });
  await promise;
};

/** Of the steps from which there is a way back. */
const isLast = async (step: JobStep): Promise<boolean> => {
  const all = await app.get(JobsStore).stepsOf(app.get(Database).read, step.jobId);
  const steps = all.filter(({ lasting }) => lasting !== true);
  return Math.max(...steps.map(({ position }) => position)) === step.position;
};

app.get(StepWatch).observe(async (moment, step, way) => {
  if (isThere(moment, step, way)) await standStill();
  if (failsLast && way === 'do' && moment === 'effected' && (await isLast(step)))
    throw new Error('made to fail by a test');
});

const doubled: { readonly step: AnyStep; readonly way: Way }[] = [];

/** By an own property of the one instance, which stands before the method of its class. */
const runTwice = (step: AnyStep, way: Way): void => {
  const work = step[way].bind(step) as (work: unknown) => Promise<unknown>;
  const twice = async (given: unknown): Promise<unknown> => {
    await work(given);
    return work(given);
  };
  Object.defineProperty(step, way, { value: twice, configurable: true });
  doubled.push({ step, way });
};

const forget = (): void => {
  stop = null;
  failsLast = false;
  for (const { step, way } of doubled.splice(0)) Reflect.deleteProperty(step, way);
};

const deliverTwice = async (jobId: string): Promise<void> => {
  const queue = app.get(WorkQueue);
  await Promise.all([queue.wake(RUN_JOB, jobId), queue.wake(RUN_JOB, jobId)]);
  const { signal } = new AbortController();
  for (let runner = 0; runner < 2; runner += 1) void app.get(RunJob).run(jobId, { signal });
};

const obey = async (order: Order): Promise<void> => {
  switch (order.kind) {
    case 'forget':
      return forget();
    case 'stop-at':
      stop = order;
      return;
    case 'go-on':
      goOn();
      return;
    case 'fail-last':
      failsLast = true;
      return;
    case 'run-twice':
      runTwice(app.get(Steps).named(order.step), order.way);
      return;
    case 'deliver-twice':
      return deliverTwice(order.jobId);
  }
};

process.on('message', (order: Numbered) => {
  void obey(order).then(() => report({ kind: 'obeyed', number: order.number }));
});
const address = await umpire.listen();
process.once('SIGTERM', () => void umpire.close().then(() => process.exit(0)));
process.stdout.write(`listening on ${address}\n`);
