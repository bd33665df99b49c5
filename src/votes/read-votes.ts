import { Inject, Injectable } from '@nestjs/common';
import type { Arbiter, QnetdInstance } from '../arbiters/arbiter.entity.ts';
import type { Node } from '../clusters/cluster.entity.ts';
import { ClustersStore, type ClusterWithNodes } from '../clusters/clusters.store.ts';
import type { Device } from '../core/quorum/arithmetic.ts';
import type { VoteState } from '../core/quorum/vote-state.ts';
import type { Clock } from '../core/time.ts';
import { HostRefusal, type HostSession } from '../hosts/host-session.ts';
import { SCRIPTS } from '../hosts/scripts.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { SshFailure } from '../platform/ssh/ssh-failure.ts';
import type { Script } from '../platform/ssh/script.ts';
import { AssessVote } from './assess-vote.ts';
import { rawOfFailure, rawOfSections } from './raw-reading.ts';
import type { Reading } from './vote.entity.ts';
import { VotesStore } from './votes.store.ts';

/** One look at one host: what is kept of it, and whether the host answered. */
interface Look {
  readonly reading: Reading;
  readonly wasReached: boolean;
}

/** Asks the arbiter and the nodes, keeps what they said as it was said, and has the vote state drawn from it. */
@Injectable()
export class ReadVotes {
  constructor(
    private readonly database: Database,
    private readonly votes: VotesStore,
    private readonly clusters: ClustersStore,
    private readonly assess: AssessVote,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * One look at an instance, which tells of all its clusters.
   * @returns whether it was reached, and the clusters whose nodes are worth asking soon
   */
  async ofInstance(
    arbiter: Arbiter,
    instance: QnetdInstance,
    session: HostSession,
  ): Promise<{ wasReached: boolean; unsettled: readonly string[] }> {
    const look = await this.lookAtInstance(instance, session);
    await this.keep([look]);
    const clusters = await this.clusters.ofInstance(this.database.read, EVERYTHING, instance.id);
    const unsettled: string[] = [];
    for (const cluster of clusters.filter((candidate) => candidate.state === 'onboarded')) {
      if (await this.assess.run(cluster, arbiter.name)) unsettled.push(cluster.id);
    }
    return { wasReached: look.wasReached, unsettled };
  }

  /**
   * One look at these nodes of a cluster.
   * @returns which of them were reached, by their ids
   */
  async ofNodes(
    cluster: ClusterWithNodes,
    nodes: readonly Node[],
    arbiter: Arbiter,
    sessionOf: (node: Node) => HostSession,
  ): Promise<ReadonlyMap<string, boolean>> {
    const looks = await Promise.all(nodes.map((node) => this.lookAtNode(node, sessionOf(node))));
    await this.keep(looks);
    await this.assess.run(cluster, arbiter.name);
    return new Map(nodes.map(({ id }, index) => [id, looks[index]?.wasReached ?? false]));
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
    const instance = { id: cluster.instanceId };
    const looks = await Promise.all([
      this.lookAtInstance(instance, sessionOf(cluster.arbiterId)),
      ...cluster.nodes.map((node) => this.lookAtNode(node, sessionOf(node.id))),
    ]);
    await this.keep(looks);
    return this.assess.judge({ ...cluster, device }, 'arbiter');
  }

  private lookAtInstance(instance: Pick<QnetdInstance, 'id'>, session: HostSession): Promise<Look> {
    return this.look(session, SCRIPTS.lookArbiter, {
      source: 'arbiter',
      instanceId: instance.id,
      clusterId: null,
      customerId: null,
      nodeId: null,
    });
  }

  private lookAtNode(node: Node, session: HostSession): Promise<Look> {
    const { id: nodeId, clusterId, customerId } = node;
    return this.look(session, SCRIPTS.lookNode, { source: 'node', instanceId: null, clusterId, customerId, nodeId });
  }

  private async look(session: HostSession, script: Script, about: Omit<Reading, 'id' | 'at' | 'raw'>): Promise<Look> {
    const { raw, wasReached } = await rawOf(session, script);
    return { reading: { id: randomUUIDv7(), ...about, at: this.clock.now(), raw }, wasReached };
  }

  private async keep(looks: readonly Look[]): Promise<void> {
    await this.database.write((tx) => this.votes.insertReadings(tx, ...looks.map(({ reading }) => reading)));
  }
}

/** A host that cannot be looked at is a reading too. */
const rawOf = async (session: HostSession, script: Script): Promise<{ raw: string; wasReached: boolean }> => {
  try {
    return { raw: rawOfSections(await session.look(script)), wasReached: true };
  } catch (thrown) {
    if (thrown instanceof SshFailure || thrown instanceof HostRefusal)
      return { raw: rawOfFailure(thrown.finding), wasReached: false };
    throw thrown;
  }
};
