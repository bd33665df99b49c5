import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { JobBell } from './job-bell.ts';
import type { JobEvent } from './job.entity.ts';
import { JobsStore } from './jobs.store.ts';

/** Read from the database, so that any instance can serve the stream of a job that another one runs; this often when no bell rings. */
const EVERY_MS = 500;
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
      const job = await this.jobs.find(this.database.read, EVERYTHING, jobId);
      const events = await this.jobs.eventsAfter(this.database.read, jobId, last, BATCH);
      for (const event of events) yield frame(event);
      last = events.at(-1)?.sequence ?? last;
      // The job was read before its events: when it had ended by then, they are all here.
      if (events.length < BATCH && (!job || ENDED.has(job.state))) return;
      silentMs = events.length > 0 ? 0 : silentMs + EVERY_MS;
      if (silentMs >= HEARTBEAT_MS) {
        silentMs = 0;
        yield ': still here\n\n';
      }
      await this.bell.wait(jobId, EVERY_MS, signal);
      if (signal.aborted) return;
    }
  }
}

const frame = ({ sequence, kind, data }: JobEvent): string =>
  `id: ${sequence}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
