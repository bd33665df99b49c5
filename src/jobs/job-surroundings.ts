import { Injectable } from '@nestjs/common';
import { ArbitersStore } from '../arbiters/arbiters.store.ts';
import { AuditStore } from '../audit/audit.store.ts';
import { ClustersStore } from '../clusters/clusters.store.ts';
import { error, type Finding } from '../core/finding.ts';
import { Database, type Session, type Transaction } from '../platform/database/database.ts';
import { FreezeStore } from '../freeze/freeze.store.ts';
import { refusedByFreeze } from '../freeze/service-frozen.ts';
import { EVERYTHING, type Scope } from '../platform/database/scope.ts';
import type { Caller } from '../platform/http/caller.ts';
import { badRequest, conflict, notFound } from '../platform/http/problem.ts';
import type { JobKind, JobTarget } from './job-kind.ts';
import type { Job, JobStep } from './job.entity.ts';
import { presentJob, type NewJob } from './jobs.schema.ts';
import { JobsStore } from './jobs.store.ts';

/** What a job is about, found within the caller's scope and held for the job. */
@Injectable()
export class JobSurroundings {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsStore,
    private readonly arbiters: ArbitersStore,
    private readonly clusters: ClustersStore,
    private readonly audit: AuditStore,
    private readonly freezes: FreezeStore,
  ) {}

  /** Nothing that works on hosts is taken on while all is frozen. @throws a problem: 409 */
  async demandUnfrozen(session: Session = this.database.read): Promise<void> {
    const freeze = await this.freezes.find(session);
    if (freeze.frozen) throw refusedByFreeze(freeze);
  }

  async target(scope: Scope, kind: JobKind, asked: NewJob): Promise<JobTarget> {
    if ((kind.about === 'cluster') !== (asked.clusterId !== undefined)) {
      const message = `A job of kind ${kind.name} is about ${kind.about === 'cluster' ? 'a cluster: give clusterId' : 'an arbiter: give arbiterId'}.`;
      throw badRequest('wrong_target', message, [error('wrong_target', `${kind.about}Id`, message)]);
    }
    const session = this.database.read;
    const cluster = asked.clusterId === undefined ? null : await this.clusters.find(session, scope, asked.clusterId);
    if (asked.clusterId !== undefined && !cluster) throw notFound('cluster');
    // Within its own cluster a customer's token may use the arbiter that it cannot look at.
    const arbiter = cluster
      ? await this.arbiters.find(session, EVERYTHING, cluster.arbiterId)
      : await this.arbiters.find(session, scope, asked.arbiterId ?? '');
    if (!arbiter) throw notFound('arbiter');
    const instances = await this.arbiters.instancesOf(session, EVERYTHING, arbiter.id);
    const instance = cluster ? instances.find((candidate) => candidate.id === cluster.instanceId) : instances[0];
    if (!instance) throw notFound('qnetd instance');
    return { arbiter, instance, cluster };
  }

  /** Why no change of this target may begin now, or null: another one is under way. */
  busy({ arbiter, cluster }: JobTarget): Finding | null {
    const jobId = cluster?.jobId ?? arbiter.jobId;
    return jobId === null ? null : changeInProgress(jobId, cluster?.name ?? arbiter.name);
  }

  /** The target of a job that is on record. */
  async targetOf(job: Job): Promise<JobTarget> {
    const session = this.database.read;
    const cluster = job.clusterId === null ? null : await this.clusters.find(session, EVERYTHING, job.clusterId);
    const arbiter = await this.arbiters.find(session, EVERYTHING, job.arbiterId);
    const instances = await this.arbiters.instancesOf(session, EVERYTHING, job.arbiterId);
    const instance = cluster ? instances.find((candidate) => candidate.id === cluster.instanceId) : instances[0];
    if (!arbiter || !instance || (job.clusterId !== null && !cluster))
      throw new Error(`what job ${job.id} is about is gone`);
    return { arbiter, instance, cluster };
  }

  async insert(
    caller: Caller,
    kind: JobKind,
    job: Job,
    steps: readonly JobStep[],
    transcript: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    await this.database.write(async (tx) => {
      await this.demandUnfrozen(tx);
      if (kind.changes) await this.occupy(tx, job);
      await this.jobs.insert(tx, job, steps);
      await transcript(tx);
      await this.jobs.appendEvent(tx, { jobId: job.id, at: job.createdAt, kind: 'job', data: presentJob(job, steps) });
      await this.audit.record(tx, caller.actor, job.customerId, {
        kind: 'job.requested',
        data: { jobId: job.id, jobKind: job.kind, subjectId: job.clusterId ?? job.arbiterId, options: job.options },
      });
    });
  }

  /** One change of a cluster at a time, and none while its arbiter changes; nor the other way round. */
  private async occupy(tx: Transaction, job: Job): Promise<void> {
    if (job.clusterId === null) {
      demandFree(await this.clusters.busyOn(tx, job.arbiterId), 'a cluster of this arbiter');
      if (!(await this.arbiters.occupy(tx, job.arbiterId, job.id))) demandFree('another', 'this arbiter');
      return;
    }
    const arbiter = await this.arbiters.findForUse(tx, job.arbiterId);
    demandFree(arbiter?.jobId ?? null, 'its arbiter');
    if (!(await this.clusters.occupy(tx, job.clusterId, job.id))) demandFree('another', 'this cluster');
  }

  async release(tx: Transaction, job: Job): Promise<void> {
    if (job.clusterId === null) await this.arbiters.release(tx, job.arbiterId, job.id);
    else await this.clusters.release(tx, job.clusterId, job.id);
  }
}

const changeInProgress = (jobId: string, subject: string): Finding =>
  error('change_in_progress', subject, `Job ${jobId} is changing ${subject}: wait for its end, or cancel it.`, {
    jobId,
  });

const demandFree = (jobId: string | null, subject: string): void => {
  if (jobId === null) return;
  const finding = changeInProgress(jobId, subject);
  throw conflict(finding.code, finding.message, [finding]);
};
