import type { QnetdCluster } from '../corosync/tools/qnetd-tool.ts';
import { foldClusterName, type ClusterName } from '../names.ts';
import { seenAtArbiter } from './evidence.ts';
import type { ArbiterView } from './views.ts';

type Sight = Omit<ArbiterView, 'at'>;

/** Whose names these are, as `nameIsUnique` compares them: one that comes or goes concerns its twin too. */
export const foldedName = (name: string): string => foldClusterName(name as ClusterName);

/** All that a view says of qnetd itself, and so of every cluster. */
const groundOf = (sight: Sight): string => {
  const seen = seenAtArbiter(sight);
  const tls = sight.status?.kind === 'known' ? sight.status.value.tls : null;
  return JSON.stringify(seen.kind === 'seen' ? [tls] : seen);
};

const textsByName = ({ reading }: Sight): ReadonlyMap<string, string> => {
  const clusters: readonly QnetdCluster[] = reading.kind === 'known' ? reading.value : [];
  return new Map(clusters.map((cluster) => [cluster.name, JSON.stringify(cluster)]));
};

/**
 * Which clusters an arbiter's view says something else of than the one before, by their folded names; `all` when it says something
 * else of qnetd itself, as when it is down, or when there was none before.
 */
export const newsOf = (before: Sight | null, now: Sight): ReadonlySet<string> | 'all' => {
  if (before === null || groundOf(before) !== groundOf(now)) return 'all';
  const [was, is] = [textsByName(before), textsByName(now)];
  const names = new Set([...was.keys(), ...is.keys()]);
  return new Set([...names].filter((name) => was.get(name) !== is.get(name)).map(foldedName));
};
