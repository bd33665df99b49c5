import type { QnetdStatus } from '../corosync/tools/qnetd-tool.ts';
import { warning, type Finding } from '../finding.ts';
import { seenAtArbiter, valueOf } from './evidence.ts';
import { impostersAmong, type RegisteredCluster } from './imposters.ts';
import { firstOfEachCode } from './shortened.ts';
import type { ArbiterView } from './views.ts';

/** `ok`: reached, and nothing is wrong with its clients. `degraded`: reached, but see the findings. */
export type InstanceCondition = 'ok' | 'degraded' | 'unreachable';

export interface InstanceState {
  readonly state: InstanceCondition;
  readonly findings: readonly Finding[];
  /** Clients that qnetd lists; null when it could not be asked or its list is not to be believed. */
  readonly clients: number | null;
}

/** What one look at an instance brought back: its answers, or why there are none. */
export type InstanceSight = Omit<ArbiterView, 'at'> & { readonly unreachable?: Finding };

const demandsTls = ({ tls }: QnetdStatus): Finding[] =>
  tls === 'required'
    ? []
    : [
        warning(
          'arbiter_accepts_plaintext',
          'arbiter',
          'qnetd accepts clients without TLS and without a certificate, under any cluster name. Run it with "-s req".',
          { tls },
        ),
      ];

/**
 * How a qnetd instance is, from one look at it. Whoever is connected and should not be is found at this very look.
 * @param registered every cluster of the instance, with the addresses that its nodes are known to have
 */
export const instanceState = (sight: InstanceSight, registered: readonly RegisteredCluster[]): InstanceState => {
  if (sight.unreachable) return { state: 'unreachable', findings: [sight.unreachable], clients: null };
  // A list that the status contradicts is not believed: who is in it is unknown then.
  const seen = seenAtArbiter(sight);
  const listed = valueOf(seen);
  const findings = [
    ...('finding' in seen ? [seen.finding] : []),
    ...(sight.status?.kind === 'known' ? demandsTls(sight.status.value) : []),
    ...(listed ? firstOfEachCode(impostersAmong(listed, registered)) : []),
  ];
  return {
    state: findings.every(({ severity }) => severity === 'info') ? 'ok' : 'degraded',
    findings,
    clients: listed && listed.reduce((sum, { clients }) => sum + clients.length, 0),
  };
};
