import { describe, expect, it } from 'vitest';
import type { QnetdCluster } from '../../../src/core/corosync/tools/qnetd-tool.ts';
import { error } from '../../../src/core/finding.ts';
import { freshUntil, limitsOf } from '../../../src/core/quorum/cadence.ts';
import { newsOf } from '../../../src/core/quorum/news.ts';
import {
  faults,
  NOW,
  staleArbiter,
  staleNode,
  withClient,
  withClusters,
  withStatus,
  world,
  type Fault,
} from './worlds.ts';

const named = (name: string) => (cluster: QnetdCluster) => ({ ...cluster, name });
/** Three clusters on one qnetd: c1, neighbour and other. */
const three = withClusters((clusters) => [...clusters, ...clusters.slice(0, 1).map(named('other'))]);
const sightOf = (...list: readonly Fault[]) => {
  const { arbiter } = faults(three, ...list)(world({ nodeCount: 2 }));
  if (!arbiter) throw new Error('no arbiter here');
  return arbiter;
};
const status = withStatus({});

describe('what an arbiter says something else of', () => {
  it('is nothing, when it says the same', () => {
    expect(newsOf(sightOf(status), sightOf(status))).toEqual(new Set());
  });

  it('is everything at first', () => {
    expect(newsOf(null, sightOf(status))).toBe('all');
  });

  it('is the one cluster of which a client changed', () => {
    expect(newsOf(sightOf(status), sightOf(withClient(1, { vote: { sent: 'nack', stands: 'nack' } }), status))).toEqual(
      new Set(['c1']),
    );
  });

  it('is a cluster that comes or goes, and nobody else for that', () => {
    const gone = withClusters((clusters) => clusters.filter(({ name }) => name !== 'other'));
    expect(newsOf(sightOf(status), sightOf(gone, status))).toEqual(new Set(['other']));
    expect(newsOf(sightOf(gone, status), sightOf(status))).toEqual(new Set(['other']));
  });

  it('concerns the twin of a name that differs in case', () => {
    const twin = withClusters((clusters) => [...clusters, ...clusters.slice(0, 1).map(named('OTHER'))]);
    expect(newsOf(sightOf(status), sightOf(twin, status))).toEqual(new Set(['other']));
  });

  it('is everything, when qnetd goes down, takes plaintext, or contradicts itself', () => {
    const finding = error('qnetd_down', 'arbiter', 'Down.');
    const down = { ...sightOf(status), status: { kind: 'down', finding } as const };
    expect(newsOf(sightOf(status), down)).toBe('all');
    expect(newsOf(sightOf(status), sightOf(withStatus({ tls: 'supported' })))).toBe('all');
    expect(newsOf(sightOf(status), sightOf(withStatus({ connectedClusters: 9 })))).toBe('all');
  });
});

describe('how long views count', () => {
  it.each([
    [5_000, 30_000],
    [10_000, 40_000],
    [300_000, 750_000],
  ])('an arbiter that is asked each %i ms: %i ms', (arbiterEveryMs, limit) => {
    expect(limitsOf({ arbiterEveryMs, nodesEveryMs: 60_000 }).arbiterFreshMs).toBe(limit);
  });

  it('nodes that are asked each minute: two and a half', () => {
    expect(limitsOf({ arbiterEveryMs: 5_000, nodesEveryMs: 60_000 }).nodeFreshMs).toBe(150_000);
  });

  it('ends with the first of those that count, and is over when none does', () => {
    const healthy = world({ nodeCount: 2 });
    const end = freshUntil(healthy);
    expect(end).toBe(NOW + healthy.limits.arbiterFreshMs + 1);
    expect(freshUntil(staleArbiter(healthy))).toBe(NOW + healthy.limits.nodeFreshMs + 1);
    expect(freshUntil(faults(staleArbiter, staleNode(1), staleNode(2))(healthy))).toBeNull();
  });
});
