import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../../audit/audit.store.ts';
import { CertificatesStore } from '../../certificates/certificates.store.ts';
import { ClustersStore, type ClusterWithNodes } from '../../clusters/clusters.store.ts';
import { theJob } from '../../core/audit/actor.ts';
import type { SetAside } from '../../core/corosync/conf/edit.ts';
import type { Device } from '../../core/quorum/arithmetic.ts';
import type { Clock } from '../../core/time.ts';
import { CLOCK } from '../../platform/clock/clock.ts';
import { Database, type Transaction } from '../../platform/database/database.ts';
import { EVERYTHING } from '../../platform/database/scope.ts';
import { planned, type Step, type StepWork } from '../step.ts';
import { NO_DEVICE, turnCluster } from './turn-cluster.ts';

interface Input {
  readonly clusterId: string;
  readonly device: Device;
  readonly setAside: SetAside;
  /** What the look at the nodes told of them. */
  readonly nodes: readonly {
    readonly id: string;
    readonly nodeId: number;
    readonly name: string | null;
    readonly machineId: string | null;
  }[];
}

export const recordOnboarding = (subject: string, input: Input) => planned('record-onboarding', subject, null, input);

/** Writes down that the cluster has its device now: from here on its votes are watched. */
@Injectable()
export class RecordOnboarding implements Step<Input, null> {
  readonly name = 'record-onboarding';

  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    private readonly certificates: CertificatesStore,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async do({ job, input, outputOf }: StepWork<Input, null>): Promise<null> {
    const { clusterId, device, setAside } = input;
    await this.database.write(async (tx) => {
      const now = this.clock.now();
      const changed = await turnCluster(tx, this.clusters, clusterId, { state: 'onboarded', device, setAside }, now);
      if (!changed) return;
      for (const node of input.nodes) {
        await this.clusters.updateNode(tx, node);
        await this.keepBrought(tx, changed.nodes, node.id, outputOf);
      }
      for (const certificate of await this.certificates.allOfJob(tx, EVERYTHING, job.id)) {
        await this.certificates.update(tx, { ...certificate, state: 'installed' });
        const { id: certificateId, serial, customerId } = certificate;
        await this.audit.record(tx, theJob(job.id), customerId, {
          kind: 'certificate.installed',
          data: { certificateId, serial },
        });
      }
      await this.audit.record(tx, theJob(job.id), job.customerId, {
        kind: 'cluster.onboarded',
        data: { clusterId: changed.id, name: changed.name, algorithm: input.device.algorithm },
      });
    });
    return null;
  }

  /** What an offboarding may take away again: the packages that came now, and those that came with an onboarding before. */
  private async keepBrought(
    tx: Transaction,
    nodes: ClusterWithNodes['nodes'],
    nodeId: string,
    outputOf: StepWork<Input, null>['outputOf'],
  ): Promise<void> {
    const installed = outputOf('install-packages', nodeId) as { readonly brought: readonly string[] } | null;
    if (!installed) return;
    const before = nodes.find((node) => node.id === nodeId)?.brought ?? [];
    await this.clusters.keepOfNode(tx, nodeId, { brought: [...new Set([...before, ...installed.brought])] });
  }

  async undo({ job, input }: StepWork<Input, null>): Promise<void> {
    await this.database.write(async (tx) => {
      const changed = await turnCluster(tx, this.clusters, input.clusterId, NO_DEVICE, this.clock.now());
      if (!changed) return;
      await this.audit.record(tx, theJob(job.id), job.customerId, {
        kind: 'cluster.device-removed',
        data: { clusterId: changed.id, name: changed.name },
      });
    });
  }
}
