import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Finding } from '../../../../src/core/finding.ts';
import { BullWorkQueue } from '../../../../src/platform/queue/bull-work-queue.ts';
import type { WorkContext, WorkOutcome } from '../../../../src/platform/queue/queue.ts';
import { SystemClock } from '../../../../src/platform/clock/clock.ts';
import type { StoreTest } from '../conformance.ts';
import { eventually } from '../eventually.ts';
import { bullAt, type Place } from '../store.ts';

type Process = (id: string, context: WorkContext) => Promise<WorkOutcome>;

const DONE = Promise.resolve<WorkOutcome>('done');

/** A processor's whole work: to have been woken. */
const noted = (woken: string[], id: string): Promise<WorkOutcome> => {
  woken.push(id);
  return DONE;
};

/** The port on the test's store, opened once or more. */
class Port {
  readonly told: Finding[] = [];
  readonly #place: Place;
  work: BullWorkQueue;

  constructor(place: Place) {
    this.#place = place;
    this.work = this.#open();
  }

  /** Registers the one processor and begins to take work. */
  start(process: Process, concurrency = 4): void {
    this.work.register({ name: 'poll', concurrency, process });
    this.work.start();
  }

  /** As another start of the service would. */
  reopen(): void {
    this.work = this.#open();
  }

  async close(): Promise<void> {
    await this.work.stop(1_000);
    await this.work.close();
  }

  #open(): BullWorkQueue {
    return new BullWorkQueue({
      bull: bullAt(this.#place),
      clock: new SystemClock(),
      report: (finding) => this.told.push(finding),
      timings: { lockMs: 3_000, stalledCheckMs: 500, scheduleCheckMs: 300 },
    });
  }
}

export const waking = (storeTest: StoreTest): void => {
  const it = storeTest.extend<{ port: Port }>({
    port: async ({ store }, use) => {
      const port = new Port(store.place);
      await use(port);
      await port.close();
    },
  });

  it('wakes an id, and forgets it when it is done (invariant 23)', async ({ store, port }) => {
    const woken: string[] = [];
    port.start((id) => noted(woken, id));
    expect(await port.work.wake('poll', 'cluster-1')).toMatchObject({ ok: true });
    await eventually('it was woken', () => woken.length === 1);
    const queue = store.queue('poll');
    await eventually(
      'nothing is left',
      async () => (await queue.getJobCountByTypes('waiting', 'active', 'delayed', 'completed', 'failed')) === 0,
    );
    expect(woken).toEqual(['cluster-1']);
  });

  it('melts the wakes of one id into one while they wait', async ({ port }) => {
    for (let i = 0; i < 10; i++) await port.work.wake('poll', 'cluster-1');
    await port.work.wake('poll', 'cluster-2');
    const woken: string[] = [];
    port.start((id) => noted(woken, id));
    await eventually('both were woken', () => woken.length >= 2);
    await sleep(200);
    expect(woken).toEqual(['cluster-1', 'cluster-2']);
  });

  it('of several delayed wakes lets the earliest stand, whichever came first', async ({ port }) => {
    const woken: string[] = [];
    port.start((id) => noted(woken, id));
    await port.work.wake('poll', 'a', { delayMs: 60_000 });
    await port.work.wake('poll', 'a', { delayMs: 30_000 });
    await port.work.wake('poll', 'a', { delayMs: 300 });
    await port.work.wake('poll', 'a', { delayMs: 90_000 });
    expect(await port.work.counts()).toMatchObject({
      ok: true,
      value: [{ name: 'poll', delayed: 1, waiting: 0, active: 0 }],
    });
    await eventually('it was woken early', () => woken.length === 1, 3_000);
    await sleep(200);
    expect(await port.work.counts()).toMatchObject({ ok: true, value: [{ name: 'poll', delayed: 0 }] });
  });

  it('lets an immediate wake through while a delayed one stands', async ({ port }) => {
    const woken: string[] = [];
    port.start((id) => noted(woken, id));
    await port.work.wake('poll', 'a', { delayMs: 60_000 });
    await port.work.wake('poll', 'a');
    await eventually('it was woken', () => woken.length === 1, 2_000);
  });

  it('never works on one id twice at once, and once more after a wake that came meanwhile', async ({ port }) => {
    let active = 0;
    let most = 0;
    let runs = 0;
    port.start(async () => {
      runs += 1;
      most = Math.max(most, ++active);
      await sleep(300);
      active -= 1;
      return 'done';
    });
    await port.work.wake('poll', 'a');
    await eventually('it runs', () => runs === 1);
    for (let i = 0; i < 5; i++) await port.work.wake('poll', 'a');
    await eventually('it ran again', () => runs >= 2 && active === 0);
    await sleep(700);
    expect(most).toBe(1);
    // The first wake is melted into the run, the others into one successor of its job.
    expect(runs).toBeGreaterThanOrEqual(2);
    expect(runs).toBeLessThanOrEqual(3);
  });

  it('wakes an id again when its processor asks for it', async ({ port }) => {
    const at: number[] = [];
    port.start(() => Promise.resolve(at.push(Date.now()) < 3 ? { againInMs: 250 } : 'done'));
    await port.work.wake('poll', 'a');
    await eventually('three times', () => at.length === 3);
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(245);
    expect(at[2]! - at[1]!).toBeGreaterThanOrEqual(245);
    await sleep(400);
    expect(at).toHaveLength(3);
  });

  it('drops the work of a processor that throws, reports it, and works on', async ({ store, port }) => {
    const woken: string[] = [];
    port.start((id) => (id === 'bad' ? Promise.reject(new Error('broken')) : noted(woken, id)));
    await port.work.wake('poll', 'bad');
    await eventually('it was reported', () => port.told.length === 1);
    expect(port.told[0]).toMatchObject({
      code: 'work_failed',
      subject: 'poll',
      params: { id: 'bad', reason: 'broken' },
    });
    await port.work.wake('poll', 'good');
    await eventually('the next runs', () => woken.length === 1);
    expect(await store.queue('poll').getFailedCount()).toBe(0);
  });

  it(
    'beats every so often until it is cancelled, and leaves out beats that fall into a run',
    { timeout: 20_000 },
    async ({ port }) => {
      const beats: boolean[] = [];
      let active = 0;
      let most = 0;
      port.start(async (_id, { beat }) => {
        beats.push(beat);
        most = Math.max(most, ++active);
        await sleep(beats.length === 1 ? 900 : 0);
        active -= 1;
        return 'done';
      });
      await port.work.every('poll', 'arbiter', 300);
      await eventually('it beats', () => beats.length >= 4);
      expect(most).toBe(1);
      expect(beats.every((beat) => beat)).toBe(true);
      await port.work.cancel('poll', 'arbiter');
      await sleep(400);
      const after = beats.length;
      await sleep(800);
      expect(beats.length).toBe(after);
    },
  );

  it(
    'sets its schedules again after the store has lost everything (invariant 23)',
    { timeout: 20_000 },
    async ({ store, port }) => {
      let beats = 0;
      port.start(() => {
        beats += 1;
        return DONE;
      });
      await port.work.every('poll', 'arbiter', 300);
      await eventually('it beats', () => beats >= 2);
      await store.lose();
      const before = beats;
      await eventually('it beats again', () => beats >= before + 3, 10_000);
    },
  );

  it('carries names and ids, and nothing else (invariant 16)', async ({ store, port }) => {
    await port.work.wake('poll', 'a', { delayMs: 60_000 });
    await port.work.every('poll', 'b', 60_000);
    const jobs = await store.queue('poll').getJobs(['waiting', 'delayed']);
    expect(jobs).toHaveLength(2);
    for (const job of jobs) {
      expect(Object.keys(job.data as object).sort()).toEqual(['beat', 'dueAt', 'id']);
      expect(job.name).toBe('poll');
    }
  });

  it('asks running work to end when the service stops, takes nothing more, and leaves the rest for the next start', async ({
    store,
    port,
  }) => {
    const ended: string[] = [];
    port.start(async (id, { signal }) => {
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      ended.push(`${id} ${(signal.reason as Finding).code}`);
      return { againInMs: 0 };
    }, 1);
    await port.work.wake('poll', 'a');
    await eventually('it runs', async () => (await store.queue('poll').getActiveCount()) === 1);
    await port.work.wake('poll', 'b');
    await port.work.stop(5_000);
    await port.work.close();
    expect(ended).toEqual(['a stopping']);
    const queue = store.queue('poll');
    expect(await queue.getActiveCount()).toBe(0);
    const left = await queue.getJobs(['waiting']);
    expect(left.map((job) => (job.data as { id: string }).id).sort()).toEqual(['a', 'b']);
  });

  it(
    'does not wait for stubborn work beyond its bound; the next start takes it up',
    { timeout: 30_000 },
    async ({ port }) => {
      let deaf = 0;
      port.start(() => new Promise(() => void (deaf += 1)));
      await port.work.wake('poll', 'a');
      await eventually('it runs', () => deaf === 1);
      const begun = performance.now();
      await port.work.stop(300);
      await port.work.close();
      expect(performance.now() - begun).toBeLessThan(5_000);
      expect(port.told.map(({ code }) => code)).toContain('work_abandoned');
      port.reopen();
      const woken: string[] = [];
      port.start((id) => noted(woken, id));
      await eventually('it was taken up', () => woken.length === 1, 15_000);
    },
  );

  it('tells running work when its lock is lost, and no other work that bears the same number, and has it begun again', async ({
    store,
    port,
  }) => {
    const signals: Record<string, AbortSignal[]> = { poll: [], other: [] };
    const listen =
      (name: string): Process =>
      async (_id, { signal }) => {
        signals[name]?.push(signal);
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return 'done';
      };
    port.work.register({ name: 'other', concurrency: 1, process: listen('other') });
    port.start(listen('poll'));
    await port.work.wake('poll', 'a');
    await port.work.wake('other', 'a');
    await eventually('both run', () => signals['poll']?.length === 1 && signals['other']?.length === 1);
    await store.queue('poll').obliterate({ force: true });
    await eventually('one was told', () => signals['poll']?.[0]?.aborted === true);
    expect((signals['poll']?.[0]?.reason as Finding).code).toBe('lock_lost');
    expect(signals['other']?.[0]?.aborted).toBe(false);
    await eventually('it has begun again', () => signals['poll']?.length === 2);
  });

  it('answers a ping', async ({ port }) => {
    expect(await port.work.ping()).toEqual({ ok: true, value: undefined, findings: [] });
  });
};
