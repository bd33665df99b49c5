import { Injectable } from '@nestjs/common';
import { ArbitersStore } from '../../arbiters/arbiters.store.ts';
import { ClustersStore } from '../../clusters/clusters.store.ts';
import { jobSymptoms } from '../../core/alerts/job-symptoms.ts';
import type { AlertRuleName } from '../../core/alerts/rule.ts';
import type { AlertSubject } from '../../core/alerts/symptom.ts';
import { SECOND_MS } from '../../core/time.ts';
import type { Job } from '../../jobs/job.entity.ts';
import type { Session } from '../../platform/database/database.ts';
import { EVERYTHING } from '../../platform/database/scope.ts';
import type { AlertSource, Look } from '../alert-source.ts';
import { AlertsStore } from '../alerts.store.ts';
import { WatchedStore } from '../watched.store.ts';

/** Jobs that are frozen, and those that were when they were last asked for. */
@Injectable()
export class JobsSource implements AlertSource {
  readonly everyMs = 2 * SECOND_MS;
  readonly rules: readonly AlertRuleName[] = ['job_frozen'];

  constructor(
    private readonly watched: WatchedStore,
    private readonly alerts: AlertsStore,
    private readonly clusters: ClustersStore,
    private readonly arbiters: ArbitersStore,
  ) {}

  async due(session: Session): Promise<readonly AlertSubject[]> {
    const frozen = await this.watched.frozenJobs(session);
    const troubled = await this.alerts.troubled(session, this.rules);
    const ids = new Set([...frozen, ...troubled.map(({ id }) => id)]);
    return [...ids].map((id) => ({ kind: 'job', id }));
  }

  async look(session: Session, { id }: AlertSubject): Promise<Look | null> {
    const job = await this.watched.job(session, id);
    if (!job) return null;
    const { customerId, clusterId, arbiterId, state, finding, kind: jobKind } = job;
    const since = job.endedAt ?? job.createdAt;
    const symptoms = jobSymptoms({ jobKind, subject: await this.nameOf(session, job), state, finding, since });
    return { customerId, clusterId, arbiterId, jobId: id, symptoms };
  }

  private async nameOf(session: Session, { clusterId, arbiterId }: Job): Promise<string> {
    const cluster = clusterId === null ? null : await this.clusters.find(session, EVERYTHING, clusterId);
    if (cluster) return `cluster ${cluster.name}`;
    const arbiter = await this.arbiters.find(session, EVERYTHING, arbiterId);
    return `arbiter ${arbiter?.name ?? arbiterId}`;
  }
}
