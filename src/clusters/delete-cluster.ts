import { Injectable } from '@nestjs/common';
import { RevokeAgentTokens } from '../access/revoke-agent-tokens.ts';
import { AuditStore } from '../audit/audit.store.ts';
import { HostsStore } from '../hosts/hosts.store.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { demandMatch } from '../platform/http/etag.ts';
import { conflict, notFound } from '../platform/http/problem.ts';
import { ClustersStore } from './clusters.store.ts';

@Injectable()
export class DeleteCluster {
  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    private readonly hosts: HostsStore,
    private readonly agents: RevokeAgentTokens,
    private readonly audit: AuditStore,
  ) {}

  /** Forgets a cluster that has no device of ours; one that has would be left with a vote that nobody watches. */
  async run(caller: Caller, id: string, ifMatch: string | undefined): Promise<void> {
    await this.database.write(async (tx) => {
      const cluster = await this.clusters.find(tx, caller.scope, id);
      if (!cluster) throw notFound('cluster');
      demandMatch(ifMatch, cluster.version);
      if (cluster.jobId !== null)
        throw conflict('cluster_busy', `Job ${cluster.jobId} is changing it: wait for its end, or cancel it.`);
      if (cluster.state === 'onboarded')
        throw conflict('cluster_onboarded', 'Its nodes still have the device: off-board the cluster first.');
      await this.agents.ofCluster(tx, caller.actor, id);
      await this.clusters.delete(tx, id);
      for (const node of cluster.nodes) await this.hosts.deleteHostKey(tx, node.hostKeyId);
      await this.audit.record(tx, caller.actor, cluster.customerId, {
        kind: 'cluster.deleted',
        data: { clusterId: id, name: cluster.name },
      });
    });
  }
}
