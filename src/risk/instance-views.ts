import { Inject, Injectable } from '@nestjs/common';
import type { QnetdInstance } from '../arbiters/arbiter.entity.ts';
import type { ClusterWithNodes } from '../clusters/clusters.store.ts';
import type { ArbiterView } from '../core/quorum/views.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { JudgeVotes, sourcesOf } from '../votes/judge-votes.ts';
import { NewestViews } from '../votes/newest-views.ts';

export interface InstanceView {
  readonly instance: QnetdInstance;
  /** Null before the first look. */
  readonly view: ArbiterView | null;
  readonly isFresh: boolean;
}

/** What the sources said last. */
@Injectable()
export class InstanceViews {
  constructor(
    private readonly newest: NewestViews,
    private readonly judge: JudgeVotes,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async ofInstance(instance: QnetdInstance): Promise<InstanceView> {
    const source = { kind: 'arbiter', instanceId: instance.id, arbiterId: instance.arbiterId } as const;
    const newest = await this.newest.of(source);
    const view = newest && { ...newest.sight, at: newest.lastAt };
    return { instance, view, isFresh: view !== null && this.judge.counts(source, view.at, this.clock.now()) };
  }

  /** Whether any node said at the last look that `two_node` is at work. */
  async isTwoNode(cluster: ClusterWithNodes): Promise<boolean> {
    const ofNodes = sourcesOf(cluster).nodes.filter(({ kind }) => kind === 'node');
    const said = await Promise.all(
      ofNodes.map(async (source) => {
        const sight = (await this.newest.of(source))?.sight;
        return (
          sight && 'quorum' in sight && sight.quorum.kind === 'known' && sight.quorum.value.flags.includes('2Node')
        );
      }),
    );
    return said.includes(true);
  }
}
