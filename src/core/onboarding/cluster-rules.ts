import { listContradictsStatus } from '../corosync/tools/qnetd-list.ts';
import { error, type Finding } from '../finding.ts';
import { seenArbiter } from '../gates/situation.ts';
import type { OnboardingSituation } from './situation.ts';

/** What must be true of a cluster and its arbiter before it is given a device, beside the gates of every change. */
export interface ClusterRule {
  readonly because: string;
  readonly check: (situation: OnboardingSituation) => readonly Finding[];
}

const none: readonly Finding[] = [];

export const CLUSTER_RULES: readonly ClusterRule[] = [
  {
    because: 'a cluster has one device',
    check: ({ cluster }) =>
      cluster.onboarded
        ? [error('already_onboarded', cluster.name, `"${cluster.name}" has its device already.`)]
        : none,
  },
  {
    because: 'the device would find nobody to vote for it, or somebody who votes for anyone',
    check: ({ arbiter }) => {
      const facts = seenArbiter(arbiter);
      if (facts === null) return none;
      if (!arbiter.prepared)
        return [
          error(
            'arbiter_not_prepared',
            arbiter.name,
            `The arbiter "${arbiter.name}" is not prepared: run a prepare-arbiter job first.`,
          ),
        ];
      if (facts.status.kind !== 'known') return [{ ...facts.status.finding, subject: arbiter.name }];
      return facts.status.value.tls === 'required'
        ? none
        : [
            error(
              'arbiter_tls_not_required',
              arbiter.name,
              `qnetd on "${arbiter.name}" does not demand TLS, so anybody may speak for any cluster. Prepare the arbiter again.`,
            ),
          ];
    },
  },
  {
    because: 'qnetd merges clusters of one name, and certificates do not tell letter cases apart',
    check: ({ cluster, arbiter }) => {
      const facts = seenArbiter(arbiter);
      // Of a qnetd that does not even tell its status, the rule before has said enough.
      if (facts?.status.kind !== 'known') return none;
      const { status, clusters } = facts;
      if (clusters.kind !== 'known') return [{ ...clusters.finding, subject: arbiter.name }];
      const contradiction = listContradictsStatus(clusters.value, status.value, arbiter.name);
      const taken = clusters.value.find((other) => other.name.toLowerCase() === cluster.name.toLowerCase());
      if (!taken) return contradiction ? [contradiction] : none;
      const message = `A cluster named "${taken.name}" is connected to the arbiter already. Names must differ in more than letter case.`;
      return [error('name_taken', cluster.name, message)];
    },
  },
];
