import { afterEach, describe, expect, it, vi } from 'vitest';
import { Interruption, CutOff, STEP_GRACE_MS } from '../../../src/jobs/interruption.ts';
import { startApp, type TestApp } from '../app.ts';
import { eventually, startJobsApp, type JobsApp, type ShownJob } from './jobs-app.ts';

const SECOND = '10.77.1.2';
const never = new Promise<never>(() => undefined);

/** The next start of the service on the same data and the same hosts. */
const startAgain = async ({ config, clock, hosts }: JobsApp): Promise<TestApp> => {
  const next = await startApp({ dataDirectory: config.dataDirectory, clock });
  next.ssh.answer = (target, options) => hosts.connect(target, options);
  return next;
};
const endedOn = (next: TestApp, id: string) =>
  eventually(
    async () => (await next.admin.get(`/v1/jobs/${id}`).expect(200)).body as ShownJob,
    ({ state }) => ['done', 'undone', 'frozen'].includes(state),
  );

describe('a service that is told to stop while a job runs', () => {
  it('finishes the step in hand, begins no other, and goes on at the next start', async () => {
    const app = await startJobsApp();
    const begun = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    app.hosts.before('reload.sh', async () => {
      begun.resolve();
      await go.promise;
    });
    const id = await app.onboard();
    await begun.promise;
    const stopped = app.stop();
    setTimeout(go.resolve, 500);
    await stopped;
    expect(app.hosts.calls.at(-1)?.script).toBe('reload.sh');
    app.hosts.leave('reload.sh');
    const next = await startAgain(app);
    const job = await endedOn(next, id);
    expect(job.state).toBe('done');
    expect(job.steps.filter(({ attempts }) => attempts > 1)).toEqual([]);
    await next.close();
  });

  it('cuts a step off that never ends, is down within 30 s, and runs that step again at the next start', async () => {
    const app = await startJobsApp();
    const begun = Promise.withResolvers<void>();
    app.hosts.before('start-qdevice.sh', () => (begun.resolve(), never), SECOND);
    const id = await app.onboard();
    await begun.promise;
    const before = performance.now();
    await app.stop();
    const tookMs = performance.now() - before;
    expect(tookMs).toBeGreaterThan(STEP_GRACE_MS - 100);
    expect(tookMs).toBeLessThan(25_000);
    const calls = app.hosts.calls.length;
    app.hosts.leave('start-qdevice.sh');
    const next = await startAgain(app);
    const job = await endedOn(next, id);
    expect(job.state).toBe('done');
    expect(job.steps.filter(({ attempts }) => attempts > 1).map(({ name, subject }) => `${name} ${subject}`)).toEqual([
      `start-qdevice ${SECOND}`,
    ]);
    const later = app.hosts.calls.slice(calls).flatMap(({ script }) => (script.startsWith('look-') ? [] : [script]));
    // A job that was begun before is taken over: its hosts learn the new number first.
    expect(later.slice(0, 2)).toEqual(['raise-fence.sh', 'raise-fence.sh']);
    await next.close();
  }, 90_000);
});

describe('what may cut a job off in the middle of a step', () => {
  afterEach(() => void vi.useRealTimers());

  const interruption = () => {
    vi.useFakeTimers();
    const [lost, frozen, stop] = [new AbortController(), new AbortController(), new AbortController()];
    const dispose = vi.fn();
    const made = new Interruption({
      lost: lost.signal,
      freeze: { signal: frozen.signal, [Symbol.dispose]: dispose },
      stop: stop.signal,
    });
    return { lost, frozen, stop, made, dispose };
  };

  it('is a lost lease or a freeze at once, with its reason', () => {
    for (const which of ['lost', 'frozen'] as const) {
      const { made, ...causes } = interruption();
      causes[which].abort(new Error(which));
      expect(made.signal.reason).toMatchObject({ message: which });
    }
  });

  it('is a stop only after its grace', () => {
    const { stop, made } = interruption();
    stop.abort();
    vi.advanceTimersByTime(STEP_GRACE_MS - 1);
    expect(made.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(made.signal.reason).toBeInstanceOf(CutOff);
  });

  it('leaves nothing behind when the job has ended', () => {
    const { stop, made, dispose } = interruption();
    stop.abort();
    made[Symbol.dispose]();
    expect(vi.getTimerCount()).toBe(0);
    expect(dispose).toHaveBeenCalledOnce();
  });
});
