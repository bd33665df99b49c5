import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { foldClusterName, type ClusterName } from '../core/names.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { isUniqueViolation } from '../platform/database/constraint.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { demandMatch } from '../platform/http/etag.ts';
import { conflict, notFound } from '../platform/http/problem.ts';
import type { ClusterChange } from './clusters.schema.ts';
import { ClustersStore, type ClusterWithNodes } from './clusters.store.ts';
import { nameTaken } from './register-cluster.ts';

@Injectable()
export class ChangeCluster {
  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Corrects a cluster's entry. Once it is onboarded its name stands in its certificates, and stays. */
  async run(caller: Caller, id: string, ifMatch: string | undefined, change: ClusterChange): Promise<ClusterWithNodes> {
    const name = change.name;
    try {
      return await this.database.write(async (tx) => {
        const before = await this.clusters.find(tx, caller.scope, id);
        if (!before) throw notFound('cluster');
        demandMatch(ifMatch, before.version);
        if (name === undefined || name === before.name) return before;
        if (before.jobId !== null)
          throw conflict('cluster_busy', `Job ${before.jobId} is changing it: wait for its end, or cancel it.`);
        if (before.state === 'onboarded')
          throw conflict('cluster_onboarded', 'The name stands in the cluster’s certificates: off-board it first.');
        const foldedName = foldClusterName(name as ClusterName);
        const after = { ...before, name, foldedName, version: before.version + 1, updatedAt: this.clock.now() };
        if (!(await this.clusters.update(tx, after, before.version))) demandMatch(ifMatch, before.version + 1);
        await this.audit.record(tx, caller.actor, before.customerId, {
          kind: 'cluster.changed',
          data: { clusterId: id, name },
        });
        return after;
      });
    } catch (thrown) {
      if (isUniqueViolation(thrown) && name !== undefined) throw nameTaken(name);
      throw thrown;
    }
  }
}
