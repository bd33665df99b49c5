import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../../audit/audit.store.ts';
import type { Certificate } from '../../certificates/certificate.entity.ts';
import { CertificatesStore } from '../../certificates/certificates.store.ts';
import { ClustersStore } from '../../clusters/clusters.store.ts';
import { theJob } from '../../core/audit/actor.ts';
import type { SetAside } from '../../core/corosync/conf/edit.ts';
import type { Leftovers } from '../../core/offboarding/leftovers.ts';
import type { Device } from '../../core/quorum/arithmetic.ts';
import type { Clock } from '../../core/time.ts';
import { CLOCK } from '../../platform/clock/clock.ts';
import { Database, type Transaction } from '../../platform/database/database.ts';
import { EVERYTHING } from '../../platform/database/scope.ts';
import { VotesStore } from '../../votes/votes.store.ts';
import { planned, type Step, type StepWork } from '../step.ts';
import { NO_DEVICE, turnCluster } from './turn-cluster.ts';

interface Input {
  readonly clusterId: string;
  /** What was on record of the device, for an undo. */
  readonly device: Device;
  readonly setAside: SetAside | null;
  readonly certificateIds: readonly string[];
  /** What each node still has to lose at this moment; `clear-leftovers` takes it from those that are there. */
  readonly nodes: readonly { readonly id: string; readonly leftovers: Leftovers }[];
}

export const recordOffboarding = (subject: string, input: Input) => planned('record-offboarding', subject, null, input);

/** Writes down that the cluster has no device any more: its votes are watched no longer, its certificates are revoked. */
@Injectable()
export class RecordOffboarding implements Step<Input, null> {
  readonly name = 'record-offboarding';

  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    private readonly certificates: CertificatesStore,
    private readonly audit: AuditStore,
    private readonly votes: VotesStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async do({ job, input }: StepWork<Input, null>): Promise<null> {
    await this.database.write(async (tx) => {
      const changed = await turnCluster(tx, this.clusters, input.clusterId, NO_DEVICE, this.clock.now());
      if (!changed) return;
      for (const { id, leftovers } of input.nodes) await this.clusters.keepOfNode(tx, id, { leftovers });
      await this.turn(tx, input, job.id, { state: 'revoked', revokedAt: this.clock.now() });
      await this.votes.forgetCluster(tx, input.clusterId);
      await this.audit.record(tx, theJob(job.id), job.customerId, {
        kind: 'cluster.offboarded',
        data: { clusterId: changed.id, name: changed.name },
      });
    });
    return null;
  }

  async undo({ job, input }: StepWork<Input, null>): Promise<void> {
    await this.database.write(async (tx) => {
      const { clusterId, device, setAside } = input;
      const now = this.clock.now();
      const changed = await turnCluster(tx, this.clusters, clusterId, { state: 'onboarded', device, setAside }, now);
      if (!changed) return;
      for (const { id } of input.nodes) await this.clusters.keepOfNode(tx, id, { leftovers: null });
      await this.turn(tx, input, job.id, { state: 'installed', revokedAt: null });
      await this.audit.record(tx, theJob(job.id), job.customerId, {
        kind: 'cluster.device-restored',
        data: { clusterId: changed.id, name: changed.name },
      });
    });
  }

  private async turn(
    tx: Transaction,
    { certificateIds }: Input,
    jobId: string,
    to: Pick<Certificate, 'revokedAt'> & { readonly state: 'revoked' | 'installed' },
  ): Promise<void> {
    for (const certificateId of certificateIds) {
      const certificate = await this.certificates.find(tx, EVERYTHING, certificateId);
      if (!certificate) continue;
      await this.certificates.update(tx, { ...certificate, ...to });
      await this.audit.record(tx, theJob(jobId), certificate.customerId, {
        kind: `certificate.${to.state}`,
        data: { certificateId, serial: certificate.serial },
      });
    }
  }
}
