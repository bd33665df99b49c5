import { Injectable } from '@nestjs/common';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { Database, type Transaction } from '../platform/database/database.ts';
import type { CommandObserver, CommandRecord } from '../platform/ssh/transcript.ts';
import type { TranscriptEntry } from './job.entity.ts';
import { JobsStore } from './jobs.store.ts';

/** Of a longer output the transcript keeps this much, and says so. */
const MOST_CHARACTERS = 64 * 1024;

const cut = (text: string): string =>
  text.length <= MOST_CHARACTERS
    ? text
    : `${text.slice(0, MOST_CHARACTERS)}\n[${text.length - MOST_CHARACTERS} more characters]`;

/** PostgreSQL's text holds no NUL, and a terminal that shows a transcript should obey none of its escapes. */
const printable = (text: string): string => cut(text).replace(/[^\P{Cc}\n\t]/gu, '\uFFFD');

const entryOf = (jobId: string, step: string | null, record: CommandRecord): TranscriptEntry => ({
  id: randomUUIDv7(),
  jobId,
  host: record.host,
  step,
  command: printable(record.asRoot ? `sudo ${record.shown}` : record.shown),
  exitCode: record.exitCode,
  stdout: printable(record.stdout),
  stderr: printable(record.stderr),
  failure: record.failure ?? null,
  startedAt: record.startedAt,
  durationMs: Math.round(record.durationMs),
});

/** Keeps every remote command of a job with what it printed. Secrets were masked where the command ran. */
@Injectable()
export class Transcriber {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsStore,
  ) {}

  /** For a job under way: each command is on record before its result is used. */
  live(jobId: string, currentStep: () => string | null): CommandObserver {
    return async (record) => {
      const entry = entryOf(jobId, currentStep(), record);
      await this.database.write((tx) => this.jobs.insertTranscript(tx, entry));
    };
  }

  /** For the look before a job exists: held until the job's own row is written, dropped with a plan that is not carried out. */
  held(jobId: string): { observe: CommandObserver; write: (tx: Transaction) => Promise<void> } {
    const entries: TranscriptEntry[] = [];
    return {
      observe: (record) => {
        entries.push(entryOf(jobId, 'gather', record));
      },
      write: (tx) => this.jobs.insertTranscript(tx, ...entries),
    };
  }
}
