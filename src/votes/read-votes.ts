import { Inject, Injectable } from '@nestjs/common';
import type { QnetdInstance } from '../arbiters/arbiter.entity.ts';
import type { Node } from '../clusters/cluster.entity.ts';
import type { ClusterWithNodes } from '../clusters/clusters.store.ts';
import type { Device } from '../core/quorum/arithmetic.ts';
import type { VoteState } from '../core/quorum/vote-state.ts';
import { SECOND_MS, type Clock } from '../core/time.ts';
import { HostRefusal, type HostSession } from '../hosts/host-session.ts';
import { SCRIPTS } from '../hosts/scripts.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { SshFailure } from '../platform/ssh/ssh-failure.ts';
import type { Script } from '../platform/ssh/script.ts';
import { JudgeVotes } from './judge-votes.ts';
import { JudgedClusters } from './judged-clusters.ts';
import { KeepReadings } from './keep-readings.ts';
import type { RawReading } from './raw-reading.ts';
import type { InstanceSource, NewReading, Source } from './source.ts';

/**
 * An arbiter that is well has answered within tenths of a second, one whose qnetd hangs in three seconds (`look-arbiter.sh`). Whoever
 * takes longer has no power or no network, which is to be told before the look after this one.
 */
const INSTANCE_LOOK_MS = 5 * SECOND_MS;
/** Two daemons that hang take six seconds (`look-node.sh`), and the other nodes of the cluster are not asked again before that. */
const NODE_LOOK_MS = 8 * SECOND_MS;

/** Asks the arbiter and the nodes, keeps what they said as it was said, and has the vote state drawn from it. */
@Injectable()
export class ReadVotes {
  constructor(
    private readonly readings: KeepReadings,
    private readonly judge: JudgeVotes,
    private readonly judged: JudgedClusters,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * One look at an instance, which tells of all its clusters.
   * @returns whether it was reached, and the clusters whose nodes are worth asking soon
   */
  async ofInstance(
    { arbiterId, id }: Pick<QnetdInstance, 'arbiterId' | 'id'>,
    session: HostSession,
  ): Promise<{ wasReached: boolean; unsettled: readonly string[] }> {
    const look = await this.lookAtInstance({ kind: 'arbiter', instanceId: id, arbiterId }, session);
    await this.readings.run([look]);
    return { wasReached: wasReached(look), unsettled: this.judged.unsettledOf(id) };
  }

  /**
   * One look at these nodes of a cluster.
   * @returns which of them were reached, by their ids
   */
  async ofNodes(
    cluster: ClusterWithNodes,
    nodes: readonly Node[],
    sessionOf: (node: Node) => HostSession,
  ): Promise<ReadonlyMap<string, boolean>> {
    // Each is kept as it comes: what one node says does not wait for another that does not answer.
    const looks = await Promise.all(
      nodes.map(async (node) => {
        const look = await this.lookAtNode(node, sessionOf(node));
        await this.readings.run([look]);
        return look;
      }),
    );
    if (!this.judged.isJudged(cluster)) await this.readings.judgeAnew([cluster.id]);
    return new Map(nodes.map(({ id }, index) => [id, looks[index] !== undefined && wasReached(looks[index])]));
  }

  /**
   * One look at all nodes and the arbiter at once, kept like any other.
   * @param device what the cluster is expected to have, which its row may not say yet
   */
  async lookNow(
    cluster: ClusterWithNodes,
    sessionOf: (hostId: string) => HostSession,
    device: Device,
  ): Promise<VoteState> {
    const { instanceId, arbiterId } = cluster;
    const looks = await Promise.all([
      this.lookAtInstance({ kind: 'arbiter', instanceId, arbiterId }, sessionOf(arbiterId)),
      ...cluster.nodes.map((node) => this.lookAtNode(node, sessionOf(node.id))),
    ]);
    await this.readings.run(looks);
    return (await this.judge.judge({ ...cluster, device })).vote;
  }

  private lookAtInstance(source: InstanceSource, session: HostSession): Promise<NewReading> {
    return this.look(session, SCRIPTS.lookArbiter, source, INSTANCE_LOOK_MS);
  }

  private lookAtNode({ id: nodeId, clusterId, customerId, address }: Node, session: HostSession): Promise<NewReading> {
    return this.look(session, SCRIPTS.lookNode, { kind: 'node', nodeId, clusterId, customerId, address }, NODE_LOOK_MS);
  }

  private async look(session: HostSession, script: Script, source: Source, timeoutMs: number): Promise<NewReading> {
    const raw = await rawOf(session, script, timeoutMs);
    return { source, at: this.clock.now(), raw };
  }
}

const wasReached = ({ raw }: NewReading): boolean => 'tools' in raw;

/** A host that cannot be looked at is a reading too. */
const rawOf = async (session: HostSession, script: Script, timeoutMs: number): Promise<RawReading> => {
  try {
    return { tools: Object.fromEntries(await session.look(script, timeoutMs)) };
  } catch (thrown) {
    if (thrown instanceof SshFailure || thrown instanceof HostRefusal) return { unreachable: thrown.finding };
    throw thrown;
  }
};
