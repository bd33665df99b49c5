import { Injectable } from '@nestjs/common';
import { ArbitersStore } from '../arbiters/arbiters.store.ts';
import { ClustersStore, type ClusterWithNodes } from '../clusters/clusters.store.ts';
import type { QnetdCluster } from '../core/corosync/tools/qnetd-tool.ts';
import { nodeId, type NodeId } from '../core/names.ts';
import { effectiveVote } from '../core/quorum/opinion.ts';
import { whatIf, type WhatIfQuestion } from '../core/quorum/what-if.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { badRequest, conflict, notFound } from '../platform/http/problem.ts';
import { InstanceViews } from './instance-views.ts';
import { downIn, partitionsIn, type AnsweredWhatIf, type WhatIfQuery } from './what-if.schema.ts';

@Injectable()
export class AnswerWhatIf {
  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    private readonly arbiters: ArbitersStore,
    private readonly views: InstanceViews,
  ) {}

  /**
   * Who would stay quorate, by arithmetic alone: no host is asked. What qnetd last said of the cluster's tie-breaker is
   * taken for true, however old it is.
   * @throws a problem: 400 for nodes that the cluster does not have, 404, 409 while its node ids are not known
   */
  async run({ scope }: Caller, clusterId: string, query: WhatIfQuery): Promise<AnsweredWhatIf> {
    const cluster = await this.clusters.find(this.database.read, scope, clusterId);
    if (!cluster) throw notFound('cluster');
    const listed = await this.asListed(cluster);
    const partitions = partitionsIn(query);
    const question: WhatIfQuestion = {
      nodes: idsOf(cluster),
      device: cluster.device,
      tieBreaker: listed?.tieBreaker ?? 'lowest',
      down: downIn(query),
      arbiter: query.arbiter,
      twoNode: cluster.device === null && (await this.views.isTwoNode(cluster)),
      ...(partitions === undefined ? {} : { partitions }),
      ...(listed?.keepActivePartitionTieBreaker ? { activePartition: votersOf(listed) } : {}),
    };
    const result = whatIf(question);
    if (!result.ok) {
      const [first] = result.findings;
      throw badRequest(first?.code ?? 'invalid_request', first?.message ?? 'This cannot be asked.', result.findings);
    }
    return { answer: result.value, question, tieBreakerSeen: listed !== null };
  }

  private async asListed({ instanceId, name }: ClusterWithNodes): Promise<QnetdCluster | null> {
    const instance = await this.arbiters.findInstance(this.database.read, instanceId);
    const view = instance && (await this.views.ofInstance(instance)).view;
    if (view?.reading.kind !== 'known') return null;
    return view.reading.value.find((cluster) => cluster.name === name) ?? null;
  }
}

const idsOf = ({ nodes }: ClusterWithNodes): NodeId[] => {
  const ids = nodes.flatMap((node) => (node.nodeId === null ? [] : (nodeId(node.nodeId) ?? [])));
  if (ids.length === nodes.length) return ids;
  throw conflict(
    'node_ids_unknown',
    'The node ids of this cluster are not known before it is onboarded; the dry run of an onboarding has its figures.',
  );
};

const votersOf = ({ clients }: QnetdCluster): NodeId[] =>
  clients.filter((client) => effectiveVote(client) === 'ack').map((client) => client.nodeId);
