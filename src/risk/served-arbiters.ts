import { Injectable } from '@nestjs/common';
import type { Arbiter, QnetdInstance } from '../arbiters/arbiter.entity.ts';
import { ArbitersStore } from '../arbiters/arbiters.store.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import type { Caller } from '../platform/http/caller.ts';
import { notFound } from '../platform/http/problem.ts';
import { RiskStore, type ServedCluster } from './risk.store.ts';

/** An arbiter, as far as it is the caller's business. */
export interface ServedArbiter {
  readonly arbiter: Arbiter;
  readonly instances: readonly QnetdInstance[];
  readonly clusters: readonly ServedCluster[];
  /** The caller sees all that there is. */
  readonly isWhole: boolean;
}

@Injectable()
export class ServedArbiters {
  constructor(
    private readonly database: Database,
    private readonly arbiters: ArbitersStore,
    private readonly risk: RiskStore,
  ) {}

  /**
   * The arbiter with its clusters. A customer sees the instances that serve clusters of its own, with these alone.
   * @throws a problem: 404 where there is no such arbiter, or none that serves the caller
   */
  async find({ scope }: Caller, arbiterId: string): Promise<ServedArbiter> {
    const session = this.database.read;
    const arbiter = await this.arbiters.find(session, EVERYTHING, arbiterId);
    const clusters = arbiter ? await this.risk.servedBy(session, scope, arbiterId) : [];
    const isWhole = scope.kind === 'all';
    if (!arbiter || (!isWhole && clusters.length === 0)) throw notFound('arbiter');
    const serving = new Set(clusters.map(({ instanceId }) => instanceId));
    const instances = await this.arbiters.instancesOf(session, EVERYTHING, arbiterId);
    return { arbiter, clusters, isWhole, instances: instances.filter(({ id }) => isWhole || serving.has(id)) };
  }
}
