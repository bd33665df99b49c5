import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { StoreTest } from '../conformance.ts';
import { eventually } from '../eventually.ts';

export const administration = (it: StoreTest): void => {
  it('starts nothing while the queue is paused, and everything when it is resumed', async ({ store }) => {
    const queue = store.queue('jobs');
    await queue.pause();
    expect(await queue.isPaused()).toBe(true);
    const run: string[] = [];
    store.worker('jobs', (job) => Promise.resolve(void run.push(job.name)));
    await queue.add('a', {});
    await sleep(400);
    expect(run).toEqual([]);
    await queue.resume();
    await eventually('it has run', () => run.length === 1);
    expect(await queue.isPaused()).toBe(false);
  });

  it('puts finished jobs back into line, one or all of them', async ({ store }) => {
    const queue = store.queue('jobs');
    let willing = false;
    const worker = store.worker('jobs', () => (willing ? Promise.resolve('ok') : Promise.reject(new Error('no'))));
    const [first] = await queue.addBulk(Array.from({ length: 3 }, () => ({ name: 'a', data: {} })));
    await eventually('all have failed', async () => (await queue.getFailedCount()) === 3);
    await worker.pause();
    willing = true;
    const failed = await queue.getJob(first?.id ?? '');
    await failed?.retry('failed');
    expect(await failed?.getState()).toBe('waiting');
    await expect(failed?.retry('failed')).rejects.toThrow('not in the failed state');
    await queue.retryJobs({ state: 'failed' });
    expect(await queue.getJobCounts('waiting', 'failed')).toEqual({ waiting: 3, failed: 0 });
    void worker.resume();
    await eventually('all have completed', async () => (await queue.getCompletedCount()) === 3);
  });

  it('promotes delayed jobs, one or all of them', async ({ store }) => {
    const queue = store.queue('jobs');
    const jobs = await queue.addBulk(
      Array.from({ length: 3 }, () => ({ name: 'a', data: {}, opts: { delay: 60_000 } })),
    );
    await jobs[0]?.promote();
    expect(await queue.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 1, delayed: 2 });
    await expect(jobs[0]?.promote()).rejects.toThrow('not in the delayed state');
    await queue.promoteJobs();
    expect(await queue.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 3, delayed: 0 });
  });

  it('moves the hour of a delayed job, and the place of a waiting one', async ({ store }) => {
    const queue = store.queue('jobs');
    const run: string[] = [];
    const late = await queue.add('late', {}, { delay: 60_000 });
    await late.changeDelay(100);
    await queue.add('one', {}, { priority: 5 });
    const two = await queue.add('two', {}, { priority: 6 });
    await two.changePriority({ priority: 1 });
    store.worker('jobs', (job) => Promise.resolve(void run.push(job.name)));
    await eventually('all have run', () => run.length === 3);
    expect(run.filter((name) => name !== 'late')).toEqual(['two', 'one']);
    await expect(late.changeDelay(1)).rejects.toThrow('not in the delayed state');
  });

  it('changes the data of a job, and says when there is none', async ({ store }) => {
    const queue = store.queue('jobs');
    const job = await queue.add('a', { n: 1 });
    await job.updateData({ n: 2 });
    expect((await queue.getJob(job.id ?? ''))?.data).toEqual({ n: 2 });
    await job.remove();
    await expect(job.updateData({ n: 3 })).rejects.toThrow('Missing key');
    expect(await job.getState()).toBe('unknown');
  });

  it('drains what waits, and what is delayed only when told to', async ({ store }) => {
    const queue = store.queue('jobs');
    await queue.add('a', {});
    await queue.add('b', {}, { priority: 1 });
    await queue.add('c', {}, { delay: 60_000 });
    await queue.drain();
    expect(await queue.getJobCounts('waiting', 'prioritized', 'delayed')).toEqual({
      waiting: 0,
      prioritized: 0,
      delayed: 1,
    });
    await queue.drain(true);
    expect(await queue.getDelayedCount()).toBe(0);
  });

  it('cleans finished jobs that are old enough, as many as told', async ({ store }) => {
    const queue = store.queue('jobs');
    store.worker('jobs', () => Promise.resolve());
    await queue.addBulk(Array.from({ length: 5 }, () => ({ name: 'a', data: {} })));
    await eventually('all have completed', async () => (await queue.getCompletedCount()) === 5);
    expect(await queue.clean(60_000, 100, 'completed')).toEqual([]);
    await sleep(10);
    expect(await queue.clean(0, 2, 'completed')).toHaveLength(2);
    expect(await queue.clean(0, 100, 'completed')).toHaveLength(3);
    expect(await queue.getCompletedCount()).toBe(0);
  });

  it('obliterates a queue, but not one with active jobs unless forced', async ({ store }) => {
    const queue = store.queue('jobs');
    const worker = store.worker('jobs', () => Promise.resolve(), { autorun: false });
    await queue.addBulk(Array.from({ length: 20 }, () => ({ name: 'a', data: {} })));
    await queue.upsertJobScheduler('pulse', { every: 60_000 });
    await worker.getNextJob('mine', { block: false });
    await expect(queue.obliterate()).rejects.toThrow('active jobs');
    await queue.obliterate({ force: true, count: 7 });
    expect(await queue.getJobCountByTypes('waiting', 'active', 'delayed')).toBe(0);
    expect(await queue.getJobSchedulersCount()).toBe(0);
    expect(await queue.isPaused()).toBe(false);
  });

  it('closes a worker only when what it runs has ended, and then takes nothing more', async ({ store }) => {
    const queue = store.queue('jobs');
    let ended = 0;
    const worker = store.worker('jobs', async () => {
      await sleep(400);
      ended += 1;
    });
    await queue.add('a', {});
    await queue.add('b', {});
    await eventually('one is active', async () => (await queue.getActiveCount()) === 1);
    await worker.close();
    expect(ended).toBe(1);
    await sleep(100);
    expect(await queue.getJobCounts('waiting', 'active', 'completed')).toEqual({ waiting: 1, active: 0, completed: 1 });
  });
};
