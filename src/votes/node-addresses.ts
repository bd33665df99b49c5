import { Inject, Injectable } from '@nestjs/common';
import { ClustersStore } from '../clusters/clusters.store.ts';
import { MINUTE_MS, type Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import { onlyCustomer } from '../platform/database/scope.ts';

/** An address only names a node in findings, so that one which has just been changed may be the old one for so long. */
const KEPT_MS = 10 * MINUTE_MS;

interface Whose {
  readonly nodeId: string;
  readonly clusterId: string;
  readonly customerId: string;
}

/** Under which address each node that reports is registered: asked so often that it is remembered for a while. */
@Injectable()
export class NodeAddresses {
  private readonly known = new Map<string, { readonly address: string; readonly until: number }>();

  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @returns null when there is no such node any more */
  async of(whose: Whose): Promise<string | null> {
    const known = this.known.get(whose.nodeId);
    if (known && known.until > this.clock.now()) return known.address;
    const address = await this.find(whose);
    if (address === null) this.known.delete(whose.nodeId);
    else this.known.set(whose.nodeId, { address, until: this.clock.now() + KEPT_MS });
    return address;
  }

  private async find({ nodeId, clusterId, customerId }: Whose): Promise<string | null> {
    const cluster = await this.clusters.find(this.database.read, onlyCustomer(customerId), clusterId);
    return cluster?.nodes.find(({ id }) => id === nodeId)?.address ?? null;
  }
}
