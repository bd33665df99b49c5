import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { JobBell } from './job-bell.ts';
import type { JobEvent } from './job.entity.ts';
import { JobsStore } from './jobs.store.ts';

/** Read from the database, so that any instance can serve the stream of a job that another one runs; this often when no bell rings. */
const EVERY_MS = 500;
const GATHER_MS = 15;
const BATCH = 200;
/** Proxies close a stream that stays silent for a minute. */
const HEARTBEAT_MS = 15_000;

const ENDED = new Set(['done', 'undone', 'frozen', 'cancelled']);

/** One job's events as text/event-stream (WHATWG HTML, 9.2), from where the reader left off to the job's end. */
@Injectable()
export class JobStream {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsStore,
    private readonly bell: JobBell,
  ) {}

  /** @param after the sequence number of the last event that the reader has, 0 for none */
  async *of(jobId: string, after: number, signal: AbortSignal): AsyncGenerator<string> {
    let last = after;
    let silentMs = 0;
    for (;;) {
      // Listened for from before the look on: what is written during it is not missed.
      const rung = this.bell.wait(jobId, EVERY_MS, signal);
      const begun = performance.now();
      const isOver = await this.isOver(jobId);
      for await (const event of this.since(jobId, last)) {
        last = event.sequence;
        silentMs = 0;
        yield frame(event);
      }
      // The job was read before its events: when it had ended by then, they were all there.
      if (isOver) return;
      if (silentMs >= HEARTBEAT_MS) {
        silentMs = 0;
        yield ': still here\n\n';
      }
      await rung;
      if (signal.aborted) return;
      // Steps end in swarms: a moment's patience makes one look of many.
      await wait(GATHER_MS);
      silentMs += performance.now() - begun;
    }
  }

  private async isOver(jobId: string): Promise<boolean> {
    const job = await this.jobs.find(this.database.read, EVERYTHING, jobId);
    return !job || ENDED.has(job.state);
  }

  private async *since(jobId: string, after: number): AsyncGenerator<JobEvent> {
    for (let last = after; ;) {
      const events = await this.jobs.eventsAfter(this.database.read, jobId, last, BATCH);
      yield* events;
      if (events.length < BATCH) return;
      last = events.at(-1)?.sequence ?? last;
    }
  }
}

const frame = ({ sequence, kind, data }: JobEvent): string =>
  `id: ${sequence}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
