import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/core/finding.ts';
import { SystemClock } from '../../../src/platform/clock/clock.ts';
import { bullOnRedis } from '../../../src/platform/queue/bull.ts';
import { BullWorkQueue } from '../../../src/platform/queue/bull-work-queue.ts';
import { eventually } from './eventually.ts';
import { findRedis, RedisServer } from './redis-server.ts';

/** Redis missing is told by redis.spec.ts, which fails where it must. */
describe.skipIf(findRedis() === null)('while Redis is away', { timeout: 40_000 }, () => {
  let server: RedisServer;
  let work: BullWorkQueue;
  let told: Finding[];
  let woken: string[];

  const open = (): BullWorkQueue => {
    const queue = new BullWorkQueue({
      bull: bullOnRedis(server.url),
      clock: new SystemClock(),
      report: (finding) => told.push(finding),
      timings: { lockMs: 1_000, stalledCheckMs: 500, scheduleCheckMs: 300 },
    });
    queue.register({
      name: 'poll',
      concurrency: 2,
      process: (id) => {
        woken.push(id);
        return Promise.resolve('done');
      },
    });
    queue.start();
    return queue;
  };

  const timed = async <T>(question: Promise<T>): Promise<{ answer: T; ms: number }> => {
    const start = performance.now();
    return { answer: await question, ms: performance.now() - start };
  };

  beforeEach(async () => {
    told = [];
    woken = [];
    server = await RedisServer.start();
  });
  afterEach(async () => {
    server.breathe();
    await work.stop(500);
    await work.close();
    await server.stop();
  });

  const expectPromptRefusal = async (): Promise<void> => {
    for (const question of [
      work.wake('poll', 'a'),
      work.wake('poll', 'b', { delayMs: 5_000 }),
      work.ping(),
      work.counts(),
      work.every('poll', 'c', 300),
    ]) {
      const { answer, ms } = await timed<{ ok: boolean; findings: readonly Finding[] }>(question);
      expect(answer.ok).toBe(false);
      expect(answer.findings[0]).toMatchObject({ code: 'queue_unavailable', severity: 'error' });
      expect(ms).toBeLessThan(5_500);
    }
  };

  it('refuses promptly with a finding, stays quiet, and resumes when it is back (invariant 23)', async () => {
    work = open();
    await work.wake('poll', 'before');
    await eventually('it works', () => woken.length === 1);
    await server.away();
    await sleep(50);
    await expectPromptRefusal();
    await sleep(2_000);
    // One word from the queue, one from the worker, one from the queue of the ping: however often they tried.
    expect(told.length).toBeLessThanOrEqual(3);
    await server.restart();
    await eventually('it answers', async () => (await work.ping()).ok);
    await work.wake('poll', 'after');
    await eventually('it works again', () => woken.includes('after'), 15_000);
    // The schedule that could not be set is set by now, or soon.
    await eventually('it beats', () => woken.filter((id) => id === 'c').length >= 2, 10_000);
    expect(woken).not.toContain('b');
  });

  it('starts without it, and begins when it comes', async () => {
    await server.away();
    work = open();
    await expectPromptRefusal();
    await server.restart();
    await eventually('it answers', async () => (await work.ping()).ok);
    await work.wake('poll', 'first');
    await eventually('it works', () => woken.includes('first'), 15_000);
    // What was refused was not carried out behind the caller's back.
    expect(woken).not.toContain('a');
  });

  it('refuses within seconds when it hangs and answers nothing', async () => {
    work = open();
    await work.wake('poll', 'before');
    await work.ping();
    await eventually('it works', () => woken.length === 1);
    server.hang();
    await expectPromptRefusal();
    server.breathe();
    await eventually('it answers', async () => (await work.ping()).ok);
  });

  it('closes in bounded time though it is away', async () => {
    work = open();
    await work.wake('poll', 'before');
    await eventually('it works', () => woken.length === 1);
    await server.away();
    const { ms } = await timed(work.stop(500).then(() => work.close()));
    expect(ms).toBeLessThan(8_000);
  });
});
