import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { FreezeWatch } from '../freeze/freeze-watch.ts';
import { CONFIG, type Config } from '../platform/config/config.ts';
import { WorkQueue } from '../platform/queue/queue.ts';
import { JobEnds } from './job-ends.ts';
import { Leases } from './leases.ts';
import { SweptWork } from './swept-work.ts';
import { RUN_JOB } from './waking.ts';

const EVERY_MS = 60_000;

/**
 * Makes the queue equal to the journal: at boot, each minute, and when a job has ended. Whatever the queue has lost is
 * woken again, so that losing or flushing it loses nothing. Each worker sweeps by a timer of its own: a schedule in the
 * queue would be lost with it. Two that sweep at once do no harm, for wakes of one job melt into one.
 */
@Injectable()
export class SweepJobs implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('jobs');
  private timer: NodeJS.Timeout | null = null;
  private current: Promise<void> | null = null;

  constructor(
    private readonly work: SweptWork,
    private readonly queue: WorkQueue,
    private readonly ends: JobEnds,
    private readonly leases: Leases,
    private readonly freezes: FreezeWatch,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.ends.listen((job) => void this.afterJob(job.clusterId));
    // Jobs that were queued during a freeze go on by themselves.
    this.freezes.listen(
      () => void this.wakeJobs().catch((thrown: unknown) => this.complain(thrown, 'after a release')),
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.role === 'api') return;
    // The embedded database admits one process: whoever held a lease before is dead.
    if (this.config.databaseUrl === null) await this.leases.endAll();
    this.timer = setInterval(() => void this.sweep(), EVERY_MS);
    // Nobody waits for it at the start either: the service is there while hosts take their time to show their keys.
    void this.sweep();
  }

  /** The database is closed after this: no sweep may still be reading it then. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.current;
  }

  /** One sweep, or the one that is under way. Never rejects: the next one makes good what this one could not do. */
  sweep(): Promise<void> {
    this.current ??= this.sweepAll().finally(() => (this.current = null));
    return this.current;
  }

  /** Side by side: a host that swallows packets takes ten seconds to show no key, and holds up nothing else. */
  private async sweepAll(): Promise<void> {
    const { votes, hostKeys, history } = this.work;
    const parts = [this.wakeJobs(), votes.schedule(), hostKeys.run(), history.run()];
    await Promise.all(parts.map((part) => part.catch((thrown: unknown) => this.complain(thrown, 'a sweep'))));
  }

  /** Ends at the first wake that fails: the queue is away for all of them, and each would take its time to say so. */
  private async wakeJobs(): Promise<void> {
    for (const id of await this.work.unfinishedJobs()) {
      const woken = await this.queue.wake(RUN_JOB, id);
      if (!woken.ok) return;
    }
  }

  /** A job may have changed what is to be watched, and each one is followed by a look at the votes. */
  private async afterJob(clusterId: string | null): Promise<void> {
    try {
      await this.work.votes.schedule();
      if (clusterId !== null) await this.work.votes.soon(clusterId);
    } catch (thrown) {
      this.complain(thrown, 'after a job');
    }
  }

  private complain(thrown: unknown, when: string): void {
    this.log.error(thrown instanceof Error ? thrown : new Error(when));
  }
}
