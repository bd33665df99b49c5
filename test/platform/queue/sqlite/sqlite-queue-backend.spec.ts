import { FlowProducer, Queue, Worker, type BackendFactory, type IQueueBackend } from 'bullmq';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../../src/platform/clock/clock.ts';
import { QueueFile } from '../../../../src/platform/queue/sqlite/queue-file.ts';
import { UnsupportedQueueFeature } from '../../../../src/platform/queue/sqlite/refusals.ts';
import { sqliteBackend } from '../../../../src/platform/queue/sqlite/sqlite-queue-backend.ts';
import { eventually } from '../eventually.ts';

describe('what is the SQLite queue alone', () => {
  let folder: string;
  let path: string;
  let file: QueueFile;
  const opened: { close(): Promise<unknown> }[] = [];
  const factory: BackendFactory = (name, opts) => sqliteBackend(name, { ...opts, connection: file });

  const queueNamed = (name: string) => {
    const queue = new Queue(name, { connection: {} }, factory);
    opened.push(queue);
    return queue;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'umpire-backend-'));
    path = join(folder, 'queue.sqlite');
    file = new QueueFile(path, new SystemClock());
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((part) => part.close()));
    file.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('refuses flows, and names what it refuses', async () => {
    const flows = new FlowProducer({ connection: {} }, factory);
    opened.push(flows);
    await expect(flows.add({ name: 'p', queueName: 'q', children: [{ name: 'c', queueName: 'q' }] })).rejects.toThrow(
      'no flows',
    );
    const queue = queueNamed('q');
    await expect(queue.add('child', {}, { parent: { id: '1', queue: 'bull:q' } })).rejects.toBeInstanceOf(
      UnsupportedQueueFeature,
    );
    const job = await queue.add('plain', {});
    await expect(job.getDependencies()).rejects.toThrow('no flows');
    await expect(job.getChildrenValues()).rejects.toThrow('no flows');
    expect(await queue.count()).toBe(1);
  });

  it('refuses metrics per minute and the rarer deduplications', async () => {
    const metrics = { maxDataPoints: 10 };
    expect(
      () => new Worker('q', () => Promise.resolve(), { connection: {}, metrics, autorun: false }, factory),
    ).toThrow('no metrics');
    await expect(queueNamed('q').getMetrics('completed')).rejects.toThrow('no metrics');
    for (const wish of [{ replace: true }, { reschedule: true }])
      await expect(queueNamed('q').add('a', {}, { deduplication: { id: 'x', ttl: 5, ...wish } })).rejects.toThrow(
        'deduplication with',
      );
  });

  it('writes nothing while its workers are idle', async () => {
    const worker = new Worker(
      'q',
      () => Promise.resolve(),
      { connection: {}, drainDelay: 0.05, stalledInterval: 60_000 },
      factory,
    );
    opened.push(worker);
    await queueNamed('q').add('a', {});
    await sleep(300);
    const log = (): number => statSync(`${path}-wal`).mtimeMs;
    const before = log();
    await sleep(500);
    expect(log()).toBe(before);
  });

  it('hands the seat of a job on in one commit: finishing takes the next', async () => {
    const queue = queueNamed('q');
    await queue.addBulk([
      { name: 'first', data: {} },
      { name: 'second', data: {} },
    ]);
    const worker = new Worker<object, string, string, IQueueBackend>(
      'q',
      () => Promise.resolve('done'),
      { connection: {}, autorun: false },
      factory,
    );
    opened.push(worker);
    const first = await worker.getNextJob('mine', { block: false });
    const next = (await first?.moveToCompleted('done', 'mine', true)) as [{ name: string }, string] | undefined;
    expect(next?.[0].name).toBe('second');
    expect(await queue.getJobCounts('waiting', 'active', 'completed')).toEqual({ waiting: 0, active: 1, completed: 1 });
  });

  it(
    'neither crashes nor runs hot while its file cannot be opened, and goes on when it can',
    { timeout: 20_000 },
    async () => {
      mkdirSync(path);
      const errors: string[] = [];
      const done: string[] = [];
      const worker = new Worker(
        'q',
        (job) => Promise.resolve(void done.push(job.name)),
        { connection: {}, concurrency: 4 },
        factory,
      );
      worker.on('error', (failure) => errors.push(failure.message));
      opened.push(worker);
      await sleep(2_500);
      expect(errors.length).toBeGreaterThan(0);
      expect(errors.length).toBeLessThan(10);
      rmSync(path, { recursive: true });
      await queueNamed('q').add('at last', {});
      await eventually('it works', () => done.length === 1);
    },
  );

  it('keeps only the tail of its events', async () => {
    const queue = new Queue('q', { connection: {}, streams: { events: { maxLen: 10 } } }, factory);
    opened.push(queue);
    await queue.waitUntilReady();
    for (let i = 0; i < 10; i++) await queue.addBulk(Array.from({ length: 100 }, () => ({ name: 'a', data: {} })));
    const kept = file.read('q', ({ sql }) => sql.all('SELECT id FROM event').length);
    // Trimming happens once in 256 events.
    expect(kept).toBeLessThan(10 + 256 + 1);
    expect(await queue.trimEvents(3)).toBe(kept - 3);
  });
});
