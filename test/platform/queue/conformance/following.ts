import { expect } from 'vitest';
import type { StoreTest } from '../conformance.ts';
import { eventually } from '../eventually.ts';

export const following = (it: StoreTest): void => {
  it('tells a follower what happens to each job, in order', async ({ store }) => {
    const events = store.events('jobs');
    await events.waitUntilReady();
    const told: string[] = [];
    events.on('added', ({ jobId }) => told.push(`added ${jobId}`));
    events.on('waiting', ({ jobId }) => told.push(`waiting ${jobId}`));
    events.on('active', ({ jobId }) => told.push(`active ${jobId}`));
    events.on('progress', ({ jobId, data }) => told.push(`progress ${jobId} ${JSON.stringify(data)}`));
    events.on('completed', ({ jobId, returnvalue }) => told.push(`completed ${jobId} ${JSON.stringify(returnvalue)}`));
    events.on('failed', ({ jobId, failedReason }) => told.push(`failed ${jobId} ${failedReason}`));
    const queue = store.queue('jobs');
    // A follower hears what happens after it has begun to listen; a first event shows that it has.
    await eventually('it listens', async () => {
      await queue.add('probe', {}, { delay: 3_600_000 });
      return told.length > 0;
    });
    told.length = 0;
    const worker = store.worker('jobs', async (job) => {
      await job.updateProgress({ half: true });
      if (job.name === 'bad') throw new Error('no luck');
      return { fine: 1 };
    });
    await queue.add('good', {}, { jobId: 'good' });
    await eventually('the good one was told', () => told.some((line) => line.startsWith('completed')));
    await queue.add('bad', {}, { jobId: 'bad' });
    await eventually('the bad one was told', () => told.some((line) => line.startsWith('failed')));
    await worker.close();
    expect(told.filter((line) => line.includes(' good'))).toEqual([
      'added good',
      'waiting good',
      'active good',
      'progress good {"half":true}',
      'completed good {"fine":1}',
    ]);
    expect(told.at(-1)).toBe('failed bad no luck');
  });

  it('lets a producer wait for the end of its job', async ({ store }) => {
    const events = store.events('jobs');
    await events.waitUntilReady();
    const queue = store.queue('jobs');
    store.worker('jobs', (job) =>
      job.name === 'bad' ? Promise.reject(new Error('no luck')) : Promise.resolve('fine'),
    );
    const good = await queue.add('good', {});
    expect(await good.waitUntilFinished(events, 5_000)).toBe('fine');
    const bad = await queue.add('bad', {});
    await expect(bad.waitUntilFinished(events, 5_000)).rejects.toThrow('no luck');
  });

  it('tells that the queue has run dry, and that it was paused and resumed', async ({ store }) => {
    const events = store.events('jobs');
    await events.waitUntilReady();
    const told: string[] = [];
    events
      .on('drained', () => told.push('drained'))
      .on('paused', () => told.push('paused'))
      .on('resumed', () => told.push('resumed'));
    const queue = store.queue('jobs');
    await eventually('it listens', async () => {
      await queue.pause();
      return told.length > 0;
    });
    await queue.resume();
    await queue.add('a', {});
    store.worker('jobs', () => Promise.resolve());
    await eventually('it was told', () => told.includes('drained') && told.includes('resumed'));
    expect(told).toContain('paused');
  });

  it('closes while it waits', async ({ store }) => {
    const events = store.events('jobs');
    await events.waitUntilReady();
    const start = performance.now();
    await events.close();
    expect(performance.now() - start).toBeLessThan(2_000);
  });
};
