import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { Child } from '../child.ts';
import type { StoreTest } from '../conformance.ts';
import { eventually } from '../eventually.ts';

/** A quick eye for the dead, so that the tests need not wait. */
const QUICK = { lockDuration: 2_000, stalledInterval: 300 };

export const crashing = (it: StoreTest): void => {
  it('gives the job of a worker that was killed to another (invariant 8)', { timeout: 30_000 }, async ({ store }) => {
    const queue = store.queue('jobs');
    const child = await Child.start(store.place, 'jobs', 'dies');
    const job = await queue.add('a', { precious: true });
    await eventually('the child has taken it', () => child.taken.length === 1);
    await child.kill();
    expect(await job.getState()).toBe('active');
    const taken: unknown[] = [];
    store.worker('jobs', (again) => Promise.resolve(void taken.push(again.data)), QUICK);
    await eventually('it was taken again', () => taken.length === 1, 15_000);
    await eventually('it has completed', async () => (await job.getState()) === 'completed');
    expect(taken).toEqual([{ precious: true }]);
    expect((await queue.getJob(job.id ?? ''))?.stalledCounter).toBe(1);
  });

  it('fails a job without running it when its workers died more often than allowed', async ({ store }) => {
    const queue = store.queue('jobs');
    const deserter = store.worker('jobs', () => Promise.resolve(), { autorun: false, lockDuration: 100 });
    const job = await queue.add('a', {});
    await deserter.getNextJob('nobody', { block: false });
    let runs = 0;
    store.worker('jobs', () => Promise.resolve(void (runs += 1)), { ...QUICK, maxStalledCount: 0 });
    await eventually('it has failed', async () => (await job.getState()) === 'failed');
    expect(runs).toBe(0);
    expect((await queue.getJob(job.id ?? ''))?.failedReason).toContain('stalled more than allowable limit');
  });

  it('keeps a job for as long as its worker lives, by renewing its lock', async ({ store }) => {
    const queue = store.queue('jobs');
    let runs = 0;
    const slow = async (): Promise<void> => {
      runs += 1;
      await sleep(5_000);
    };
    store.worker('jobs', slow, QUICK);
    store.worker('jobs', slow, QUICK);
    const job = await queue.add('a', {});
    await eventually('it has completed', async () => (await job.getState()) === 'completed');
    expect(runs).toBe(1);
  });

  it('runs each job exactly once over several processes', { timeout: 60_000 }, async ({ store }) => {
    const queue = store.queue('jobs');
    const children = await Promise.all([1, 2, 3].map(() => Child.start(store.place, 'jobs', 'works')));
    const own: string[] = [];
    store.worker('jobs', (job) => Promise.resolve(void own.push(job.id ?? '')));
    for (let batch = 0; batch < 10; batch++)
      await queue.addBulk(Array.from({ length: 30 }, () => ({ name: 'a', data: {} })));
    await eventually('all have completed', async () => (await queue.getCompletedCount()) === 300, 40_000);
    await Promise.all(children.map((child) => child.end()));
    const all = [...own, ...children.flatMap((child) => child.taken)];
    expect(all).toHaveLength(300);
    expect(new Set(all).size).toBe(300);
  });

  it('wakes a worker in another process without waiting for its next look', { timeout: 30_000 }, async ({ store }) => {
    const queue = store.queue('jobs');
    const child = await Child.start(store.place, 'jobs', 'works');
    await sleep(500);
    const addedAt = performance.now();
    await queue.add('a', {});
    await eventually('the child has taken it', () => child.taken.length === 1);
    // Half of the 5 s after which a worker asks of its own accord (BullMQ's `drainDelay`).
    expect(performance.now() - addedAt).toBeLessThan(2_500);
    await child.end();
  });

  it('goes on, empty, after the store has lost everything (invariant 23)', { timeout: 30_000 }, async ({ store }) => {
    const queue = store.queue('jobs');
    const done: unknown[] = [];
    let release = (): void => undefined;
    store.worker(
      'jobs',
      async (job) => {
        if (job.data === 'lost') await new Promise<void>((resolve) => (release = resolve));
        done.push(job.data);
      },
      { concurrency: 2 },
    );
    await queue.add('a', 'before');
    await eventually('it works', () => done.length === 1);
    await queue.add('a', 'lost');
    await eventually('one is active', async () => (await queue.getActiveCount()) === 1);
    await queue.add('a', 'lost too', { delay: 60_000 });
    await store.lose();
    release();
    await eventually('the processor has come to its end', () => done.length === 2);
    await queue.add('a', 'after');
    await eventually('it works again', () => done.length === 3, 20_000);
    expect(done).toEqual(['before', 'lost', 'after']);
    expect(await queue.getDelayedCount()).toBe(0);
  });
};
