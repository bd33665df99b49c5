import { DelayedError, UnrecoverableError, WaitingError } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { StoreTest } from '../conformance.ts';
import { eventually } from '../eventually.ts';
import type { TestJob } from '../store.ts';

export const taking = (it: StoreTest): void => {
  it('runs each of 1,000 jobs exactly once with four workers', { timeout: 60_000 }, async ({ store }) => {
    const queue = store.queue('jobs');
    const runs = new Map<string, number>();
    const process = async (job: TestJob): Promise<void> => {
      await sleep(1);
      runs.set(job.name, (runs.get(job.name) ?? 0) + 1);
    };
    for (let i = 0; i < 4; i++) store.worker('jobs', process, { concurrency: 4 });
    await queue.addBulk(
      Array.from({ length: 1_000 }, (_, i) => ({ name: `job-${i}`, data: {}, opts: { removeOnComplete: true } })),
    );
    await eventually('all have run', () => runs.size === 1_000, 50_000);
    await eventually(
      'none is left',
      async () => (await queue.getJobCountByTypes('waiting', 'active', 'completed')) === 0,
    );
    expect([...runs.values()].every((count) => count === 1)).toBe(true);
  });

  it('serves first come first, the urgent by priority after the plain, and last-in-first-out before all', async ({
    store,
  }) => {
    const queue = store.queue('jobs');
    await queue.add('lazy', {}, { priority: 10 });
    await queue.add('urgent', {}, { priority: 1 });
    await queue.add('also urgent', {}, { priority: 1 });
    await queue.add('first', {});
    await queue.add('second', {});
    await queue.add('pushy', {}, { lifo: true });
    const order: string[] = [];
    store.worker('jobs', (job) => Promise.resolve(void order.push(job.name)));
    await eventually('all have run', () => order.length === 6);
    expect(order).toEqual(['pushy', 'first', 'second', 'urgent', 'also urgent', 'lazy']);
  });

  it('wakes a waiting worker at once when a job is added', async ({ store }) => {
    const queue = store.queue('jobs');
    let begunAt = 0;
    const worker = store.worker('jobs', () => Promise.resolve(void (begunAt = performance.now())));
    await worker.waitUntilReady();
    await sleep(300);
    const addedAt = performance.now();
    await queue.add('a', {});
    await eventually('it has run', () => begunAt > 0);
    // Half of the 5 s after which a worker asks of its own accord (BullMQ's `drainDelay`).
    expect(begunAt - addedAt).toBeLessThan(2_500);
  });

  it('runs delayed jobs in the order of their hours, none before its hour', async ({ store }) => {
    const queue = store.queue('jobs');
    const begun: { delay: number; late: number }[] = [];
    const start = Date.now();
    store.worker('jobs', (job) => {
      const delay = job.data as number;
      begun.push({ delay, late: Date.now() - job.timestamp - delay });
      return Promise.resolve();
    });
    await queue.addBulk([900, 300, 600].map((delay) => ({ name: 'later', data: delay, opts: { delay } })));
    await eventually('all have run', () => begun.length === 3);
    expect(begun.map(({ delay }) => delay)).toEqual([300, 600, 900]);
    // A millisecond of grace: the clock's hour and the timer's count are rounded apart.
    for (const { late } of begun) expect(late).toBeGreaterThanOrEqual(-1);
    expect(Date.now() - start).toBeLessThan(5_000);
  });

  it('completes with a result, fails with a reason, and keeps both where it is not told to remove them', async ({
    store,
  }) => {
    const queue = store.queue('jobs');
    const good = await queue.add('good', {});
    const bad = await queue.add('bad', {});
    store.worker('jobs', (job) =>
      job.name === 'bad' ? Promise.reject(new Error('no luck')) : Promise.resolve({ answer: 42 }),
    );
    await eventually('both have ended', async () => (await queue.getJobCountByTypes('completed', 'failed')) === 2);
    const completed = await queue.getJob(good.id ?? '');
    expect(completed).toMatchObject({ returnvalue: { answer: 42 }, attemptsMade: 1, attemptsStarted: 1 });
    expect(completed?.finishedOn).toBeGreaterThanOrEqual(completed?.processedOn ?? Infinity);
    const failed = await queue.getJob(bad.id ?? '');
    expect(failed).toMatchObject({ failedReason: 'no luck', attemptsMade: 1 });
    expect(failed?.stacktrace?.[0]).toContain('no luck');
  });

  it('removes what has ended when told to: at once, or beyond a number', async ({ store }) => {
    const queue = store.queue('jobs');
    const ended: string[] = [];
    const worker = store.worker('jobs', (job) =>
      job.name === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve(),
    );
    worker.on('completed', (job) => ended.push(job.name)).on('failed', (job) => ended.push(job?.name ?? ''));
    await queue.add('gone', {}, { removeOnComplete: true });
    await queue.add('bad', {}, { removeOnFail: true });
    for (let i = 0; i < 5; i++) await queue.add('kept', i, { removeOnComplete: 2 });
    await eventually('all have ended', () => ended.length === 7);
    expect(await queue.getJobCounts('completed', 'failed')).toEqual({ completed: 2, failed: 0 });
    expect((await queue.getCompleted()).map((job) => job.data)).toEqual([4, 3]);
  });

  it('tries a failed job as often as it may, each time after its backoff', async ({ store }) => {
    const queue = store.queue('jobs');
    const tries: number[] = [];
    store.worker('jobs', (job) => {
      tries.push(Date.now());
      return job.attemptsMade < 2 ? Promise.reject(new Error('not yet')) : Promise.resolve('at last');
    });
    const job = await queue.add('stubborn', {}, { attempts: 3, backoff: { type: 'fixed', delay: 200 } });
    await eventually('it has completed', async () => (await job.getState()) === 'completed');
    expect(tries).toHaveLength(3);
    expect(tries[1]! - tries[0]!).toBeGreaterThanOrEqual(195);
    expect(tries[2]! - tries[1]!).toBeGreaterThanOrEqual(195);
    expect((await queue.getJob(job.id ?? ''))?.attemptsMade).toBe(3);
  });

  it('tries again at once without a backoff, and never after an unrecoverable error', async ({ store }) => {
    const queue = store.queue('jobs');
    let tries = 0;
    store.worker('jobs', (job) => {
      tries += 1;
      return Promise.reject(job.name === 'hopeless' ? new UnrecoverableError('never') : new Error('no'));
    });
    const plain = await queue.add('plain', {}, { attempts: 3 });
    await eventually('it has failed', async () => (await plain.getState()) === 'failed');
    expect(tries).toBe(3);
    const hopeless = await queue.add('hopeless', {}, { attempts: 3 });
    await eventually('it has failed', async () => (await hopeless.getState()) === 'failed');
    expect(tries).toBe(4);
  });

  it('lets a processor put its job off without counting an attempt (moveToDelayed)', async ({ store }) => {
    const queue = store.queue('jobs');
    const begun: number[] = [];
    store.worker('jobs', async (job, token) => {
      begun.push(Date.now());
      if (begun.length < 3) {
        await job.moveToDelayed(Date.now() + 200, token);
        throw new DelayedError();
      }
    });
    const job = await queue.add('patient', {}, { attempts: 1 });
    await eventually('it has completed', async () => (await job.getState()) === 'completed');
    expect(begun).toHaveLength(3);
    expect(begun[1]! - begun[0]!).toBeGreaterThanOrEqual(195);
    expect(await queue.getJob(job.id ?? '')).toMatchObject({ attemptsMade: 1, attemptsStarted: 3 });
  });

  it('lets a processor hand its job back, to be served next', async ({ store }) => {
    const queue = store.queue('jobs');
    const order: string[] = [];
    store.worker('jobs', async (job, token) => {
      order.push(job.name);
      if (order.length > 1) return;
      await job.moveToWait(token);
      throw new WaitingError();
    });
    await queue.addBulk([
      { name: 'returned', data: {} },
      { name: 'other', data: {} },
    ]);
    await eventually('both have completed', async () => (await queue.getCompletedCount()) === 2);
    expect(order).toEqual(['returned', 'returned', 'other']);
  });

  it('does not let timers starve while a job is put off again and again', async ({ store }) => {
    const queue = store.queue('jobs');
    let putOff = 0;
    store.worker('jobs', async (job, token) => {
      putOff += 1;
      await job.moveToDelayed(Date.now(), token);
      throw new DelayedError();
    });
    await queue.add('busy', {});
    await eventually('it is busy', () => putOff > 10);
    let beats = 0;
    const timer = setInterval(() => (beats += 1), 10);
    await sleep(500);
    clearInterval(timer);
    expect(beats).toBeGreaterThan(5);
  });

  it('lets nobody finish, prolong or put off a job whose lock they do not hold', async ({ store }) => {
    const queue = store.queue('jobs');
    const worker = store.worker('jobs', () => Promise.resolve(), { autorun: false, lockDuration: 5_000 });
    await queue.add('a', {});
    const job = await worker.getNextJob('mine', { block: false });
    if (job === undefined) throw new Error('no job was taken');
    expect(await job.getState()).toBe('active');
    await expect(job.moveToCompleted('x', 'not mine', false)).rejects.toThrow(/lock/i);
    await expect(job.moveToDelayed(Date.now() + 1_000, 'not mine')).rejects.toThrow(/lock/i);
    expect(await job.extendLock('not mine', 1_000)).toBe(0);
    expect(await job.extendLock('mine', 100)).toBe(1);
    await sleep(300);
    await expect(job.moveToCompleted('x', 'mine', false)).rejects.toThrow(/lock/i);
    expect(await job.getState()).toBe('active');
  });

  it('cannot remove a job that is being worked on', async ({ store }) => {
    const queue = store.queue('jobs');
    const worker = store.worker('jobs', () => Promise.resolve(), { autorun: false });
    await queue.add('a', {});
    const job = await worker.getNextJob('mine', { block: false });
    await expect(job?.remove()).rejects.toThrow('locked');
    await job?.moveToCompleted('done', 'mine', false);
    await job?.remove();
    expect(await queue.getJob(job?.id ?? '')).toBeUndefined();
  });

  it('lets no more jobs start than the rate limit allows', async ({ store }) => {
    const queue = store.queue('jobs');
    const begun: number[] = [];
    store.worker('jobs', (job) => Promise.resolve(void begun.push(job.processedOn ?? 0)), {
      limiter: { max: 2, duration: 400 },
      concurrency: 5,
    });
    await queue.addBulk(Array.from({ length: 5 }, () => ({ name: 'a', data: {} })));
    await eventually('all have run', () => begun.length === 5);
    begun.sort((a, b) => a - b);
    expect(begun[2]! - begun[0]!).toBeGreaterThanOrEqual(395);
    expect(begun[4]! - begun[2]!).toBeGreaterThanOrEqual(395);
  });

  it('lets no more jobs be active than the global concurrency allows', async ({ store }) => {
    const queue = store.queue('jobs');
    await queue.setGlobalConcurrency(1);
    let active = 0;
    let most = 0;
    let ended = 0;
    const process = async (): Promise<void> => {
      most = Math.max(most, ++active);
      await sleep(30);
      active -= 1;
      ended += 1;
    };
    for (let i = 0; i < 3; i++) store.worker('jobs', process, { concurrency: 2 });
    await queue.addBulk(Array.from({ length: 6 }, () => ({ name: 'a', data: {} })));
    await eventually('all have run', () => ended === 6);
    expect(most).toBe(1);
  });
};
