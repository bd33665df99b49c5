import { Injectable } from '@nestjs/common';
import type { QnetdClient } from '../core/corosync/tools/qnetd-tool.ts';
import type { Caller } from '../platform/http/caller.ts';
import { InstanceViews, type InstanceView } from './instance-views.ts';
import type { ServedCluster } from './risk.store.ts';
import { ServedArbiters } from './served-arbiters.ts';

/** One node's connection to qnetd, with the cluster of ours that has its name. */
export interface ClientRow {
  readonly instanceId: string;
  readonly clusterName: string;
  readonly cluster: ServedCluster | null;
  readonly client: QnetdClient;
}

export interface ListedClients {
  readonly views: readonly InstanceView[];
  readonly clients: readonly ClientRow[];
  /** The caller sees all that there is. */
  readonly isWhole: boolean;
}

@Injectable()
export class ListClients {
  constructor(
    private readonly served: ServedArbiters,
    private readonly views: InstanceViews,
  ) {}

  /**
   * Who was connected to the arbiter's qnetd at the last look; a customer sees who uses the names of its own clusters.
   * @throws a problem: 404 where there is no such arbiter, or none that serves the caller
   */
  async run(caller: Caller, arbiterId: string): Promise<ListedClients> {
    const { instances, clusters, isWhole } = await this.served.find(caller, arbiterId);
    const views = await Promise.all(instances.map((instance) => this.views.ofInstance(instance)));
    const clients = views.flatMap((view) => rowsOf(view, clusters));
    return { views, isWhole, clients: clients.filter(({ cluster }) => isWhole || cluster !== null) };
  }
}

const rowsOf = ({ instance, view }: InstanceView, clusters: readonly ServedCluster[]): ClientRow[] => {
  if (view?.reading.kind !== 'known') return [];
  const named = new Map(
    clusters.filter(({ instanceId }) => instanceId === instance.id).map((cluster) => [cluster.name, cluster]),
  );
  return view.reading.value.flatMap(({ name: clusterName, clients }) =>
    clients.map((client) => ({
      ...{ instanceId: instance.id, clusterName, client },
      cluster: named.get(clusterName) ?? null,
    })),
  );
};
