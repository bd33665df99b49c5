import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { FreezeWatch } from '../freeze/freeze-watch.ts';
import { CONFIG, type Config } from '../platform/config/config.ts';
import { WorkQueue, type WorkOutcome } from '../platform/queue/queue.ts';
import { JobEnds } from './job-ends.ts';
import { Leases } from './leases.ts';
import { SweptWork } from './swept-work.ts';
import { RUN_JOB, SWEEP_JOBS } from './waking.ts';

const EVERY_MS = 60_000;

/**
 * Makes the queue equal to the journal: at boot, each minute, and when a job has ended. Whatever the queue has lost is
 * woken again, so that losing or flushing it loses nothing.
 */
@Injectable()
export class SweepJobs implements OnModuleInit, OnApplicationBootstrap {
  private readonly log = new Logger('jobs');

  constructor(
    private readonly work: SweptWork,
    private readonly queue: WorkQueue,
    private readonly ends: JobEnds,
    private readonly leases: Leases,
    private readonly freezes: FreezeWatch,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.queue.register({ name: SWEEP_JOBS, concurrency: 1, process: () => this.sweep() });
    this.ends.listen((job) => void this.afterJob(job.clusterId));
    this.freezes.listen(() => void this.afterRelease());
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.role === 'api') return;
    // The embedded database admits one process: whoever held a lease before is dead.
    if (this.config.databaseUrl === null) await this.leases.endAll();
    await this.queue.every(SWEEP_JOBS, 'all', EVERY_MS);
    await this.sweep();
  }

  private async sweep(): Promise<WorkOutcome> {
    await this.wakeUnfinished();
    await this.work.votes.schedule();
    await this.work.hostKeys.run();
    await this.work.readings.run();
    return 'done';
  }

  private async wakeUnfinished(): Promise<void> {
    for (const id of await this.work.unfinishedJobs()) await this.queue.wake(RUN_JOB, id);
  }

  /** Jobs that were queued during a freeze go on by themselves. */
  private async afterRelease(): Promise<void> {
    try {
      await this.wakeUnfinished();
    } catch (thrown) {
      this.log.error(thrown instanceof Error ? thrown : new Error('after a release'));
    }
  }

  /** A job may have changed what is to be watched, and each one is followed by a look at the votes. */
  private async afterJob(clusterId: string | null): Promise<void> {
    try {
      await this.work.votes.schedule();
      if (clusterId !== null) await this.work.votes.soon(clusterId);
    } catch (thrown) {
      this.log.error(thrown instanceof Error ? thrown : new Error('after a job'));
    }
  }
}
