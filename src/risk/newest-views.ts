import { Inject, Injectable } from '@nestjs/common';
import type { QnetdInstance } from '../arbiters/arbiter.entity.ts';
import type { ClusterWithNodes } from '../clusters/clusters.store.ts';
import { isFresh, type ArbiterView } from '../core/quorum/views.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { ARBITER_EVERY_MS } from '../votes/assess-vote.ts';
import { arbiterView, nodeView } from '../votes/raw-reading.ts';
import { VotesStore } from '../votes/votes.store.ts';

/** A view counts until it should have been followed by two more. */
const FRESH_MS = 3 * ARBITER_EVERY_MS;

export interface InstanceView {
  readonly instance: QnetdInstance;
  /** Null before the first look. */
  readonly view: ArbiterView | null;
  readonly isFresh: boolean;
}

/** What the sources said last. */
@Injectable()
export class NewestViews {
  constructor(
    private readonly database: Database,
    private readonly votes: VotesStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @param arbiterName for findings on it */
  async ofInstance(instance: QnetdInstance, arbiterName: string): Promise<InstanceView> {
    const reading = await this.votes.latestOfInstance(this.database.read, instance.id);
    const view = reading && arbiterView(reading, arbiterName);
    return { instance, view, isFresh: view !== null && isFresh(view, this.clock.now(), FRESH_MS) };
  }

  /** Whether any node said at the last look that `two_node` is at work. */
  async isTwoNode({ nodes }: ClusterWithNodes): Promise<boolean> {
    const said = await Promise.all(
      nodes.map(async ({ id, address }) => {
        const reading = await this.votes.latestOfNode(this.database.read, EVERYTHING, id);
        const view = reading && nodeView(reading, address);
        return view && 'quorum' in view && view.quorum.kind === 'known' && view.quorum.value.flags.includes('2Node');
      }),
    );
    return said.includes(true);
  }
}
