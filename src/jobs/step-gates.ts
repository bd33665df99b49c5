import { setTimeout as wait } from 'node:timers/promises';
import { nodeGlance, stepFindings, undoFindings, type GlancedNode } from '../core/gates/step-gates.ts';
import type { Finding } from '../core/finding.ts';
import type { Clock } from '../core/time.ts';
import type { HostSession } from '../hosts/host-session.ts';
import { SCRIPTS } from '../hosts/scripts.ts';
import type { JobStep } from './job.entity.ts';
import { lookAt } from './look-at.ts';
import { StepFailure } from './step.ts';

/** A node of the job's cluster. */
export interface GatedNode {
  readonly id: string;
  readonly address: string;
}

/** While a membership forms a single look may show what does not last: a shut gate is looked at once more. */
const LOOK_AGAIN_MS = 500;

/** The gates before a step that can touch quorum: asked between its intent and its effect, from a fresh look. */
export class StepGates {
  private readonly nodes: readonly GatedNode[];
  private readonly session: (hostId: string) => HostSession;
  private readonly clock: Clock;

  constructor(nodes: readonly GatedNode[], session: (hostId: string) => HostSession, clock: Clock) {
    this.nodes = nodes;
    this.session = session;
    this.clock = clock;
  }

  /** @throws StepFailure with the first finding when a gate is shut; LeaseLost when the look was broken off for that */
  async demandDo(signal: AbortSignal): Promise<void> {
    await this.demand(this.nodes, stepFindings, signal);
  }

  /** @throws StepFailure when the step's own node would not keep its quorum without the device */
  async demandUndo({ hostId }: JobStep, signal: AbortSignal): Promise<void> {
    const own = this.nodes.filter(({ id }) => id === hostId);
    await this.demand(own, (glanced) => glanced.flatMap(undoFindings), signal);
  }

  private async demand(
    nodes: readonly GatedNode[],
    judge: (glanced: readonly GlancedNode[]) => readonly Finding[],
    signal: AbortSignal,
  ): Promise<void> {
    if (judge(await this.glance(nodes)).length === 0) return;
    await wait(LOOK_AGAIN_MS, undefined, { signal });
    const [shut] = judge(await this.glance(nodes));
    if (shut) throw new StepFailure(shut);
  }

  private glance(nodes: readonly GatedNode[]): Promise<GlancedNode[]> {
    return Promise.all(
      nodes.map(async ({ id, address }) => ({
        address,
        found: await lookAt(this.session(id), SCRIPTS.lookGates, this.clock, (sections) =>
          nodeGlance(sections, address),
        ),
      })),
    );
  }
}
