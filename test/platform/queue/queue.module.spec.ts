import 'reflect-metadata';
import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../src/platform/clock/clock.ts';
import { WorkQueue, type WorkContext, type WorkOutcome } from '../../../src/platform/queue/queue.ts';
import { QueueModule } from '../../../src/platform/queue/queue.module.ts';
import { eventually } from './eventually.ts';

const seen: string[] = [];

@Injectable()
class Poller implements OnModuleInit {
  readonly name = 'poll';
  readonly concurrency = 1;

  constructor(@Inject(WorkQueue) private readonly queue: WorkQueue) {}

  onModuleInit(): void {
    this.queue.register(this);
  }

  async process(id: string, { signal }: WorkContext): Promise<WorkOutcome> {
    seen.push(`begins ${id}`);
    if (id === 'long') await new Promise((resolve) => signal.addEventListener('abort', resolve));
    seen.push(`ends ${id}`);
    return 'done';
  }
}

@Module({ providers: [Poller] })
class PollModule {}

describe('the queue in the application', () => {
  let folder: string;

  beforeEach(() => {
    seen.length = 0;
    folder = mkdtempSync(join(tmpdir(), 'umpire-module-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const start = async (works: boolean) => {
    const options = {
      redisUrl: null,
      file: join(folder, 'queue.sqlite'),
      clock: new SystemClock(),
      works,
      shutdownMs: 3_000,
    };
    const testing = await Test.createTestingModule({ imports: [QueueModule.forRoot(options), PollModule] }).compile();
    return testing.init();
  };

  it('works for every processor that a module has registered, and lets running work end at shutdown', async () => {
    const application = await start(true);
    const queue = application.get(WorkQueue);
    await queue.wake('poll', 'short');
    await eventually('it ran', () => seen.includes('ends short'));
    await queue.wake('poll', 'long');
    await eventually('it runs', () => seen.includes('begins long'));
    await application.close();
    expect(seen).toEqual(['begins short', 'ends short', 'begins long', 'ends long']);
    expect((await queue.ping()).ok).toBe(false);
  });

  it('only wakes others where it does not work itself', async () => {
    const waker = await start(false);
    await waker.get(WorkQueue).wake('poll', 'short');
    expect(await waker.get(WorkQueue).counts()).toMatchObject({ value: [{ name: 'poll', waiting: 1 }] });
    expect(seen).toEqual([]);
    await waker.close();
    const worker = await start(true);
    await eventually('it ran', () => seen.includes('ends short'));
    await worker.close();
  });

  it('refuses two processors for one name', async () => {
    const application = await start(false);
    const processor = { name: 'poll', concurrency: 1, process: () => Promise.resolve<WorkOutcome>('done') };
    expect(() => application.get(WorkQueue).register(processor)).toThrow('two processors');
    await application.close();
  });
});
