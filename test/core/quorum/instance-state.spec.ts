import { describe, expect, it } from 'vitest';
import type { QnetdClient, QnetdCluster } from '../../../src/core/corosync/tools/qnetd-tool.ts';
import { error } from '../../../src/core/finding.ts';
import type { NodeId } from '../../../src/core/names.ts';
import type { RegisteredCluster } from '../../../src/core/quorum/imposters.ts';
import { instanceState, type InstanceSight } from '../../../src/core/quorum/instance-state.ts';
import { voteState } from '../../../src/core/quorum/vote-state.ts';
import {
  addressOf,
  CLUSTER,
  faults,
  withClient,
  withClients,
  withClusters,
  withStatus,
  world,
  type Fault,
} from './worlds.ts';

const registered: readonly RegisteredCluster[] = [
  { name: CLUSTER, nodes: [1, 2].map((nodeId) => ({ nodeId, addresses: [addressOf(nodeId)] })) },
  { name: 'neighbour', nodes: [{ nodeId: 1, addresses: ['10.77.9.1'] }] },
];

/** qnetd as it is after these faults, and what a cluster on it is then. */
const after = (...list: readonly Fault[]) => faults(...list, withStatus({}))(world({ nodeCount: 2 }));
const sightOf = (evidence: ReturnType<typeof after>): InstanceSight => {
  if (!evidence.arbiter) throw new Error('no arbiter here');
  const { reading, status } = evidence.arbiter;
  return status ? { reading, status } : { reading };
};
const codesAfter = (...list: readonly Fault[]) => {
  const { state, findings } = instanceState(sightOf(after(...list)), registered);
  return { state, codes: findings.map(({ code }) => code) };
};
const ofCluster = (...list: readonly Fault[]) => {
  const { state, findings } = voteState(after(...list));
  return { state, codes: findings.map(({ code }) => code) };
};

const client = (evidence: ReturnType<typeof after>): QnetdClient => {
  const clusters = evidence.arbiter?.reading.kind === 'known' ? evidence.arbiter.reading.value : [];
  const found = clusters.find(({ name }) => name === CLUSTER)?.clients[0];
  if (!found) throw new Error('no client here');
  return found;
};
const FIRST = client(world({ nodeCount: 2 }));
const another = (change: Partial<QnetdClient>): QnetdClient => ({ ...FIRST, ...change });
const foreign = (name: string, clients: readonly QnetdClient[]): QnetdCluster => ({
  ...{ name, algorithm: 'ffsplit', keepActivePartitionTieBreaker: true, tieBreaker: 'lowest', clients },
});

describe('an instance', () => {
  it('is ok when every client is a registered node, from its address, with its certificate', () => {
    expect(instanceState(sightOf(after()), registered)).toEqual({ state: 'ok', findings: [], clients: 2 });
  });

  it('is unreachable when it could not be asked', () => {
    const finding = error('ssh_timeout', 'arbiter', 'No answer.');
    const sight: InstanceSight = { reading: { kind: 'unknown', finding }, unreachable: finding };
    expect(instanceState(sight, registered)).toEqual({ state: 'unreachable', findings: [finding], clients: null });
  });

  it('is degraded when qnetd is down, without a word on its clients', () => {
    const finding = error('qnetd_down', 'arbiter', 'Down.');
    const sight: InstanceSight = { reading: { kind: 'down', finding }, status: { kind: 'down', finding } };
    expect(instanceState(sight, registered)).toEqual({ state: 'degraded', findings: [finding], clients: null });
  });

  it('is degraded when it lists nobody, with exit code 0, while its status counts clients', () => {
    const evidence = faults(
      withStatus({}),
      withClusters(() => []),
    )(world({ nodeCount: 2 }));
    const { state, findings, clients } = instanceState(sightOf(evidence), registered);
    expect({ state, clients, codes: findings.map(({ code }) => code) }).toEqual({
      state: 'degraded',
      clients: null,
      codes: ['qnetd_list_contradicts_status'],
    });
  });

  it('is degraded when it does not demand TLS', () => {
    const evidence = faults(withStatus({ tls: 'supported' }))(world({ nodeCount: 2 }));
    expect(instanceState(sightOf(evidence), registered).findings.map(({ code }) => code)).toEqual([
      'arbiter_accepts_plaintext',
    ]);
  });
});

describe('a client that should not be there is found at that very look', () => {
  it.each<[string, Fault, string, string]>([
    [
      'without a certificate',
      withClient(1, { tls: { active: true, certificateVerified: false } }),
      'client_not_verified',
      'client_not_verified',
    ],
    [
      'in plaintext',
      withClient(1, { tls: { active: false, certificateVerified: false } }),
      'client_not_verified',
      'client_not_verified',
    ],
    [
      'of a node that is not registered',
      withClients((clients) => [...clients, another({ nodeId: 7 as NodeId, address: '10.66.6.6' })]),
      'unexpected_client',
      'unexpected_client',
    ],
    ['from elsewhere', withClient(1, { address: '10.66.6.6' }), 'client_from_elsewhere', 'client_from_elsewhere'],
  ])('one %s: on the arbiter and on the cluster', (_what, fault, atArbiter, onCluster) => {
    const seen = codesAfter(fault);
    expect(seen.state).toBe('degraded');
    expect(seen.codes).toContain(atArbiter);
    const cluster = ofCluster(fault);
    expect(cluster.state).toBe('at-risk');
    expect(cluster.codes).toContain(onCluster);
  });

  it('one that is both unregistered and without a certificate: both are said', () => {
    const tls = { active: false, certificateVerified: false };
    const fault = withClients((clients) => [...clients, another({ nodeId: 7 as NodeId, address: '10.66.6.6', tls })]);
    expect(codesAfter(fault).codes).toEqual(['client_not_verified', 'unexpected_client']);
    expect(ofCluster(fault).codes).toEqual(expect.arrayContaining(['client_not_verified', 'unexpected_client']));
  });

  it('one under a name that nobody registered, its case included', () => {
    for (const name of ['stranger', CLUSTER.toUpperCase()]) {
      const fault = withClusters((clusters) => [...clusters, foreign(name, [another({ address: '10.66.6.6' })])]);
      expect(codesAfter(fault)).toEqual({ state: 'degraded', codes: ['client_of_unknown_cluster'] });
    }
  });

  it('one machine that appears twice', () => {
    const fault = withClusters((clusters) => [
      ...clusters.filter(({ name }) => name !== 'neighbour'),
      foreign('neighbour', [another({ port: 4711 })]),
    ]);
    const { state, codes } = codesAfter(fault);
    expect(state).toBe('degraded');
    expect(codes).toContain('client_appears_twice');
  });
});

describe('addresses that are translated on the way', () => {
  const translated = withClients((clients) => clients.map((one, port) => ({ ...one, address: '192.0.2.1', port })));

  it('are only told of, where all clients have shown the certificate and come from one address', () => {
    expect(codesAfter(translated)).toEqual({ state: 'ok', codes: ['client_from_elsewhere', 'client_from_elsewhere'] });
    expect(ofCluster(translated)).toEqual({ state: 'ok', codes: ['client_from_elsewhere', 'client_from_elsewhere'] });
  });

  it('excuse nobody who has shown none', () => {
    const fault = faults(translated, withClient(2, { tls: { active: true, certificateVerified: false } }));
    expect(codesAfter(fault).state).toBe('degraded');
    expect(ofCluster(fault).state).toBe('at-risk');
  });

  it('of a node with several addresses are its own, when it says so itself; what it pushes does not say so', () => {
    const elsewhere = withClient(1, { address: '10.88.0.1' });
    const told =
      (source: 'node' | 'push'): Fault =>
      (evidence) => ({
        ...evidence,
        nodes: evidence.nodes.map((view) =>
          view.address === addressOf(1) && 'quorum' in view ? { ...view, source, addresses: ['10.88.0.1'] } : view,
        ),
      });
    expect(ofCluster(elsewhere, told('node'))).toEqual({ state: 'ok', codes: [] });
    expect(ofCluster(elsewhere, told('push')).codes).toContain('client_from_elsewhere');
  });
});

describe('membership that is not the inventory’s', () => {
  const configured = (...ids: readonly number[]): Fault =>
    withClients((clients) => clients.map((one) => ({ ...one, configuredNodes: ids as NodeId[] })));

  it('by a node more is a finding, and that the device does not fit is another', () => {
    const { state, codes } = ofCluster(configured(1, 2, 3));
    expect(state).toBe('at-risk');
    expect(codes).toEqual(expect.arrayContaining(['configured_nodes_differ', 'parity_flipped']));
  });

  it('by two nodes more leaves the parity', () => {
    const { codes } = ofCluster(configured(1, 2, 3, 4));
    expect(codes).toContain('configured_nodes_differ');
    expect(codes).not.toContain('parity_flipped');
  });
});
