import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../../../src/platform/clock/clock.ts';
import { bullOnSqlite, type Bull, type BullQueue } from '../../../src/platform/queue/bull.ts';
import { Schedules } from '../../../src/platform/queue/schedules.ts';
import { QueueFile } from '../../../src/platform/queue/sqlite/queue-file.ts';
import { eventually } from './eventually.ts';

const clock = new SystemClock();

describe('the schedules of this process', () => {
  let folder: string;
  let bull: Bull;
  let queue: BullQueue;
  let file: QueueFile;
  let schedules: Schedules;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'umpire-schedules-'));
    const path = join(folder, 'queue.sqlite');
    bull = bullOnSqlite(path, clock);
    queue = bull.queue('poll');
    file = new QueueFile(path, clock);
    schedules = new Schedules(clock, 100);
  });
  afterEach(async () => {
    schedules.stop();
    await queue.close();
    bull.close();
    file.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const pending = (): Promise<number> => queue.getJobCountByTypes('waiting', 'delayed');

  it('are set again when the job that carries one on is gone, but the schedule stands', async () => {
    await schedules.set(queue, 'a', 100);
    await file.write('poll', ({ sql }) => sql.run("DELETE FROM job WHERE queue = 'poll'"));
    expect(await pending()).toBe(0);
    await eventually('it was set again', async () => (await pending()) === 1);
    expect((await queue.getJobScheduler('a'))?.every).toBe(100);
  });

  it('are set again at their own pace when somebody else has changed it', async () => {
    await schedules.set(queue, 'a', 60_000);
    await queue.upsertJobScheduler('a', { every: 1_000 });
    await eventually('the pace is ours', async () => (await queue.getJobScheduler('a'))?.every === 60_000);
  });

  it('stay removed once they are removed', async () => {
    await schedules.set(queue, 'a', 60_000);
    await schedules.set(queue, 'b', 60_000);
    await schedules.remove(queue, 'a');
    await sleep(350);
    expect((await queue.getJobSchedulers()).map(({ key }) => key)).toEqual(['b']);
  });

  it('that are set together beat apart, each at a moment of its own that a restart does not move', async () => {
    const ids = Array.from({ length: 40 }, (_, index) => `cluster-${index}`);
    const beats = async (): Promise<number[]> => {
      for (const id of ids) await schedules.set(queue, id, 60_000);
      return Promise.all(ids.map(async (id) => ((await queue.getJobScheduler(id))?.next ?? 0) % 60_000));
    };
    const first = await beats();
    const inTenths = first.map((moment) => Math.floor(moment / 6_000));
    expect(new Set(inTenths).size).toBeGreaterThan(7);
    expect(Math.max(...inTenths.map((tenth) => inTenths.filter((other) => other === tenth).length))).toBeLessThan(12);
    for (const id of ids) await schedules.remove(queue, id);
    expect(await beats()).toEqual(first);
  });

  it('are asked for once, unless at another pace or after a failure', async () => {
    const asked = vi.spyOn(queue, 'upsertJobScheduler');
    asked.mockRejectedValueOnce(new Error('away'));
    expect((await schedules.set(queue, 'a', 60_000)).ok).toBe(false);
    for (const everyMs of [60_000, 60_000, 30_000, 30_000])
      expect((await schedules.set(queue, 'a', everyMs)).ok).toBe(true);
    expect(asked.mock.calls.map(([id, { every }]) => [id, every])).toEqual(
      [60_000, 60_000, 30_000].map((everyMs) => ['a', everyMs]),
    );
  });

  it('are left as they are while they go on', async () => {
    await schedules.set(queue, 'a', 60_000);
    const before = await queue.getJobScheduler('a');
    await sleep(350);
    expect(await queue.getJobScheduler('a')).toEqual(before);
  });
});
