import { Injectable } from '@nestjs/common';
import { In, MoreThan } from 'typeorm';
import type { Session, Transaction } from '../platform/database/database.ts';
import { insertRows, updateRow } from '../platform/database/rows.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import { ownedBy, type Scope } from '../platform/database/scope.ts';
import { Job, JobEvent, JobStep, TranscriptEntry } from './job.entity.ts';

export interface JobFilter {
  readonly clusterId?: string | undefined;
  readonly arbiterId?: string | undefined;
  readonly kind?: string | undefined;
  readonly state?: Job['state'] | undefined;
}

/** Jobs with their steps, events and transcripts. A job of an arbiter belongs to no customer and lies outside each one's scope. */
@Injectable()
export class JobsStore {
  find(session: Session, scope: Scope, id: string): Promise<Job | null> {
    return session.manager.findOneBy(Job, { id, ...ownedBy(scope) });
  }

  page(session: Session, scope: Scope, filter: JobFilter, request: PageRequest): Promise<Page<Job>> {
    const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
    return findPage(session.manager, Job, { ...given, ...ownedBy(scope) }, request);
  }

  stepsOf(session: Session, jobId: string): Promise<JobStep[]> {
    return session.manager.find(JobStep, { where: { jobId }, order: { position: 'ASC' } });
  }

  /** Jobs that have not ended, the oldest first: whoever sweeps wakes those that nobody works on. */
  unfinished(session: Session, limit: number): Promise<Job[]> {
    return session.manager.find(Job, {
      where: { state: In(['queued', 'running']) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  async insert(tx: Transaction, job: Job, steps: readonly JobStep[]): Promise<void> {
    await insertRows(tx, Job, job);
    await insertRows(tx, JobStep, ...steps);
  }

  /** @throws Error where somebody else has changed the job since it was read: a cancellation is not written over by a runner */
  async updateJob(
    tx: Transaction,
    { id, state, direction, finding, cancelRequested, startedAt, endedAt, version }: Job,
  ): Promise<void> {
    const changes = { state, direction, finding, cancelRequested, startedAt, endedAt, version };
    const changed = await tx.manager.update(Job, { id, version: version - 1 }, changes);
    if (changed.affected !== 1) throw new Error(`job ${id} was changed meanwhile`);
  }

  async requestCancel(tx: Transaction, id: string): Promise<void> {
    await tx.manager.update(Job, { id, state: 'running' }, { cancelRequested: true });
  }

  async updateStep(
    tx: Transaction,
    { jobId, position, state, attempts, output, finding, startedAt, endedAt }: JobStep,
  ): Promise<void> {
    await updateRow(tx, JobStep, { jobId, position }, { state, attempts, output, finding, startedAt, endedAt });
  }

  async appendEvent(tx: Transaction, event: Omit<JobEvent, 'sequence'>): Promise<void> {
    const last = await tx.manager.findOne(JobEvent, { where: { jobId: event.jobId }, order: { sequence: 'DESC' } });
    await insertRows(tx, JobEvent, { ...event, sequence: (last?.sequence ?? 0) + 1 });
  }

  eventsAfter(session: Session, jobId: string, sequence: number, limit: number): Promise<JobEvent[]> {
    return session.manager.find(JobEvent, {
      where: { jobId, sequence: MoreThan(sequence) },
      order: { sequence: 'ASC' },
      take: limit,
    });
  }

  async insertTranscript(tx: Transaction, ...entries: readonly TranscriptEntry[]): Promise<void> {
    await insertRows(tx, TranscriptEntry, ...entries);
  }

  transcriptOf(session: Session, jobId: string, after: string | null, limit: number): Promise<TranscriptEntry[]> {
    return session.manager.find(TranscriptEntry, {
      where: { jobId, ...(after === null ? {} : { id: MoreThan(after) }) },
      order: { id: 'ASC' },
      take: limit,
    });
  }
}
