import { expect } from 'vitest';
import type { StoreTest } from '../conformance.ts';
import { eventually } from '../eventually.ts';

export const adding = (it: StoreTest): void => {
  it('hands out growing ids, and returns the job as it was added', async ({ store }) => {
    const queue = store.queue('jobs');
    const first = await queue.add('greet', { to: 'world' });
    const second = await queue.add('greet', { to: 'moon' });
    expect([first.id, second.id]).toEqual(['1', '2']);
    const read = await queue.getJob('2');
    expect(read).toMatchObject({
      name: 'greet',
      data: { to: 'moon' },
      attemptsMade: 0,
      attemptsStarted: 0,
      progress: 0,
    });
    expect(await read?.getState()).toBe('waiting');
  });

  it('adds a job with a chosen id once, however often it is asked', async ({ store }) => {
    const queue = store.queue('jobs');
    await queue.add('a', { n: 1 }, { jobId: 'mine' });
    const again = await queue.add('a', { n: 2 }, { jobId: 'mine' });
    expect(again.id).toBe('mine');
    expect(await queue.getJobCounts('waiting')).toEqual({ waiting: 1 });
    expect((await queue.getJob('mine'))?.data).toEqual({ n: 1 });
  });

  it('adds many jobs at once, in their order', async ({ store }) => {
    const queue = store.queue('jobs');
    const jobs = await queue.addBulk(['a', 'b', 'c'].map((name) => ({ name, data: {} })));
    expect(jobs.map((job) => job.id)).toEqual(['1', '2', '3']);
    expect((await queue.getWaiting()).map((job) => job.name)).toEqual(['a', 'b', 'c']);
  });

  it('keeps the queues of one store apart', async ({ store }) => {
    const one = store.queue('one');
    const other = store.queue('other');
    await one.add('a', {});
    expect(await one.count()).toBe(1);
    expect(await other.count()).toBe(0);
  });

  it('lists jobs newest or oldest first, page by page', async ({ store }) => {
    const queue = store.queue('jobs');
    await queue.addBulk(['a', 'b', 'c', 'd'].map((name) => ({ name, data: {} })));
    const names = async (start: number, end: number, ascending: boolean): Promise<string[]> =>
      (await queue.getJobs(['waiting'], start, end, ascending)).map((job) => job.name);
    expect(await names(0, -1, true)).toEqual(['a', 'b', 'c', 'd']);
    expect(await names(0, -1, false)).toEqual(['d', 'c', 'b', 'a']);
    expect(await names(1, 2, true)).toEqual(['b', 'c']);
  });

  it('counts jobs in each state, and per priority', async ({ store }) => {
    const queue = store.queue('jobs');
    await queue.add('now', {});
    await queue.add('later', {}, { delay: 60_000 });
    await queue.add('urgent', {}, { priority: 1 });
    await queue.add('urgent', {}, { priority: 1 });
    await queue.add('lazy', {}, { priority: 9 });
    expect(await queue.getJobCounts('waiting', 'delayed', 'prioritized', 'active', 'completed', 'failed')).toEqual({
      waiting: 1,
      delayed: 1,
      prioritized: 3,
      active: 0,
      completed: 0,
      failed: 0,
    });
    expect(await queue.getCountsPerPriority([1, 9, 5])).toEqual({ 1: 2, 9: 1, 5: 0 });
  });

  it('lets one job at a time hold a deduplication id, until it ends', async ({ store }) => {
    const queue = store.queue('jobs');
    const first = await queue.add('a', {}, { deduplication: { id: 'only' }, removeOnComplete: true });
    const second = await queue.add('a', {}, { deduplication: { id: 'only' } });
    expect(second.id).toBe(first.id);
    expect(await queue.getDeduplicationJobId('only')).toBe(first.id);
    store.worker('jobs', () => Promise.resolve());
    await eventually('the id is free', async () => (await queue.getDeduplicationJobId('only')) === null);
    const third = await queue.add('a', {}, { deduplication: { id: 'only' } });
    expect(third.id).not.toBe(first.id);
  });

  it('lets a deduplication id go after its time to live, even while the job waits', async ({ store }) => {
    const queue = store.queue('jobs');
    const first = await queue.add('a', {}, { deduplication: { id: 'brief', ttl: 150 } });
    const second = await queue.add('a', {}, { deduplication: { id: 'brief', ttl: 150 } });
    expect(second.id).toBe(first.id);
    await eventually('the id is free', async () => (await queue.getDeduplicationJobId('brief')) === null);
    const third = await queue.add('a', {}, { deduplication: { id: 'brief', ttl: 150 } });
    expect(third.id).not.toBe(first.id);
  });

  it('frees a deduplication id when its job is removed', async ({ store }) => {
    const queue = store.queue('jobs');
    const first = await queue.add('a', {}, { deduplication: { id: 'only' } });
    await queue.remove(first.id ?? '');
    expect(await queue.getDeduplicationJobId('only')).toBeNull();
  });

  it('adds the last job that came while the holder of its deduplication id was active, once that has ended', async ({
    store,
  }) => {
    const queue = store.queue('jobs');
    const begun: unknown[] = [];
    let release = (): void => undefined;
    store.worker('jobs', async (job) => {
      begun.push(job.data);
      if (begun.length === 1) await new Promise<void>((resolve) => (release = resolve));
    });
    const options = { deduplication: { id: 'only', keepLastIfActive: true } };
    await queue.add('a', 'first', options);
    await eventually('the first is active', () => begun.length === 1);
    await queue.add('a', 'second', options);
    await queue.add('a', 'third', options);
    expect(begun).toEqual(['first']);
    release();
    await eventually('the successor ran', () => begun.length === 2);
    expect(begun).toEqual(['first', 'third']);
  });

  it('keeps a log per job', async ({ store }) => {
    const queue = store.queue('jobs');
    const job = await queue.add('a', {}, { keepLogs: 2 });
    for (const line of ['one', 'two', 'three']) await job.log(line);
    expect((await queue.getJobLogs(job.id ?? '')).logs).toEqual(['two', 'three']);
    await job.clearLogs();
    expect((await queue.getJobLogs(job.id ?? '')).logs).toEqual([]);
  });
};
