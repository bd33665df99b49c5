import { expect } from 'vitest';
import type { StoreTest } from '../conformance.ts';
import { eventually } from '../eventually.ts';

export const scheduling = (it: StoreTest): void => {
  it('makes a job every so often, one after the other, none before its hour', async ({ store }) => {
    const queue = store.queue('jobs');
    const beats: { hour: number; begun: number }[] = [];
    store.worker('jobs', (job) => {
      beats.push({ hour: Number(job.id?.split(':').at(-1)), begun: job.processedOn ?? 0 });
      return Promise.resolve();
    });
    await queue.upsertJobScheduler('pulse', { every: 300 }, { name: 'beat', data: { n: 1 } });
    await eventually('four beats', () => beats.length >= 4);
    const [first] = beats;
    for (const { hour, begun } of beats) {
      expect((hour - (first?.hour ?? 0)) % 300).toBe(0);
      expect(begun).toBeGreaterThanOrEqual(hour);
    }
    expect(new Set(beats.map(({ hour }) => hour)).size).toBe(beats.length);
    await eventually(
      'the next one waits',
      async () => (await queue.getJobCountByTypes('delayed', 'waiting', 'active')) === 1,
    );
  });

  it('survives that queue and worker are closed and opened again', { timeout: 20_000 }, async ({ store }) => {
    const first = store.queue('jobs');
    let beats = 0;
    const beat = (): Promise<void> => Promise.resolve(void (beats += 1));
    const worker = store.worker('jobs', beat);
    await first.upsertJobScheduler('pulse', { every: 1_000 }, { name: 'beat' });
    await eventually('a beat', () => beats >= 1);
    await worker.close();
    await first.close();
    const before = beats;
    store.worker('jobs', beat);
    await eventually('it beats on', () => beats >= before + 2);
    expect(await store.queue('jobs').getJobSchedulersCount()).toBe(1);
  });

  it('does not move the next beat when the same schedule is set again', async ({ store }) => {
    const queue = store.queue('jobs');
    const worker = store.worker('jobs', () => Promise.resolve());
    await queue.upsertJobScheduler('pulse', { every: 60_000 }, { name: 'beat' });
    await eventually('the first beat', async () => (await queue.getCompletedCount()) === 1);
    await worker.close();
    const before = await queue.getJobScheduler('pulse');
    await queue.upsertJobScheduler('pulse', { every: 60_000 }, { name: 'beat' });
    expect((await queue.getJobScheduler('pulse'))?.next).toBe(before?.next);
    expect(await queue.getDelayedCount()).toBe(1);
  });

  it('takes a new pace at once', async ({ store }) => {
    const queue = store.queue('jobs');
    const worker = store.worker('jobs', () => Promise.resolve());
    await queue.upsertJobScheduler('pulse', { every: 60_000 });
    await eventually('the first beat', async () => (await queue.getCompletedCount()) === 1);
    await queue.upsertJobScheduler('pulse', { every: 300 });
    await eventually('beats at the new pace', async () => (await queue.getCompletedCount()) >= 3);
    await worker.close();
    expect((await queue.getJobScheduler('pulse'))?.every).toBe(300);
  });

  it('follows a cron pattern', { timeout: 20_000 }, async ({ store }) => {
    const queue = store.queue('jobs');
    const beats: number[] = [];
    store.worker('jobs', (job) => Promise.resolve(void beats.push(job.timestamp + (job.opts.delay ?? 0))));
    await queue.upsertJobScheduler('tick', { pattern: '* * * * * *' }, { name: 'second' });
    await eventually('two beats', () => beats.length >= 2);
    const scheduler = await queue.getJobScheduler('tick');
    expect(scheduler).toMatchObject({ key: 'tick', pattern: '* * * * * *', name: 'second' });
    expect((scheduler?.next ?? 1) % 1_000).toBe(0);
  });

  it('lists schedules in the order of their next runs, with their templates', async ({ store }) => {
    const queue = store.queue('jobs');
    await queue.upsertJobScheduler('late', { pattern: '0 0 1 1 *' }, { name: 'new year', data: { wish: 'happy' } });
    await queue.upsertJobScheduler('soon', { every: 1_000 }, { name: 'beat' });
    const listed = await queue.getJobSchedulers(0, -1, true);
    expect(listed.map(({ key }) => key)).toEqual(['soon', 'late']);
    expect(listed[1]).toMatchObject({ name: 'new year', template: { data: { wish: 'happy' } } });
    expect(await queue.getJobScheduler('nobody')).toBeUndefined();
  });

  it('makes nothing more once a schedule is removed, whether its next run waits for its hour or is in line', async ({
    store,
  }) => {
    const queue = store.queue('jobs');
    await queue.upsertJobScheduler('year', { pattern: '0 0 1 1 *' });
    expect(await queue.removeJobScheduler('year')).toBe(true);
    expect(await queue.removeJobScheduler('year')).toBe(false);
    expect(await queue.getJobCountByTypes('waiting', 'delayed')).toBe(0);
    await queue.upsertJobScheduler('pulse', { every: 60_000 });
    expect(await queue.getWaitingCount()).toBe(1);
    await queue.removeJobScheduler('pulse');
    store.worker('jobs', () => Promise.resolve());
    await eventually('the last one ran', async () => (await queue.getCompletedCount()) === 1);
    expect(await queue.getJobCountByTypes('waiting', 'delayed', 'active')).toBe(0);
    expect(await queue.getJobSchedulersCount()).toBe(0);
  });

  it('does not let the job that carries a schedule on be removed, drained or cleaned', async ({ store }) => {
    const queue = store.queue('jobs');
    const job = await queue.upsertJobScheduler('year', { pattern: '0 0 1 1 *' });
    await queue.add('other', {}, { delay: 60_000 });
    await expect(queue.remove(job?.id ?? ''))
      .resolves.toBe(0)
      .catch(() => undefined);
    await queue.drain(true);
    await queue.clean(0, 100, 'delayed');
    expect((await queue.getDelayed()).map(({ id }) => id)).toEqual([job?.id]);
  });
};
