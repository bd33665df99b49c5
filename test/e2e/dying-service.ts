import 'reflect-metadata';

/** The built service's modules, under the types of their sources. */
const built = <T>(path: string): Promise<T> =>
  import(new URL(`../../dist/src/${path}`, import.meta.url).href) as Promise<T>;
const { createApp } = await built<typeof import('../../src/create-app.ts')>('create-app.js');
const { StepWatch } = await built<typeof import('../../src/jobs/step-watch.ts')>('jobs/step-watch.js');
const { readConfig } = await built<typeof import('../../src/platform/config/config.ts')>('platform/config/config.js');

/*
 * The built service, but one that dies by kill -9 at the moment that DIE_AT names: `MOMENT STEP SUBJECT-OR-* [do|undo]`.
 * A step that must fail first, so that its undo can be died in, is named by FAIL_AT: `STEP SUBJECT-OR-*`.
 */
const [moment, stepName, subject, direction = 'do'] = (process.env['DIE_AT'] ?? '').split(' ');
const [failing, failingSubject] = (process.env['FAIL_AT'] ?? '').split(' ');

const read = readConfig(process.env);
if (!read.ok) throw new Error(read.problems.join('\n'));
const umpire = await createApp(read.config);
umpire.app.get(StepWatch).observe((at, step, way) => {
  const isSubject = (wanted: string | undefined): boolean => wanted === '*' || wanted === step.subject;
  if (at === moment && step.name === stepName && isSubject(subject) && way === direction)
    process.kill(process.pid, 'SIGKILL');
  const fails = way === 'do' && at === 'effected' && step.name === failing && isSubject(failingSubject);
  return fails ? Promise.reject(new Error('made to fail by a test')) : Promise.resolve();
});
const address = await umpire.listen();
process.once('SIGTERM', () => void umpire.close().then(() => process.exit(0)));
process.stdout.write(`listening on ${address}\n`);
