import { Injectable } from '@nestjs/common';
import { ReadHostKeys } from '../hosts/read-host-keys.ts';
import { Database } from '../platform/database/database.ts';
import { PruneHistory } from '../votes/prune-history.ts';
import { WatchVotes } from '../votes/watch-votes.ts';
import { JobsStore } from './jobs.store.ts';

/** More unfinished jobs than this are woken by the sweeps that follow. */
const MOST = 500;

/** Everything that a sweep looks after. */
@Injectable()
export class SweptWork {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsStore,
    readonly votes: WatchVotes,
    readonly hostKeys: ReadHostKeys,
    readonly history: PruneHistory,
  ) {}

  async unfinishedJobs(): Promise<string[]> {
    return (await this.jobs.unfinished(this.database.read, MOST)).map((job) => job.id);
  }
}
