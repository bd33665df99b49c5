/** How bad an alert is, worst first. `critical`: somebody gets up for it. */
export const ALERT_SEVERITIES = ['critical', 'error', 'warning', 'info'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** What an alert can be about. `instance`: one corosync-qnetd process on an arbiter. */
export type SubjectKind = 'cluster' | 'instance' | 'arbiter' | 'job';

/** What can be set about a rule. */
export interface RuleSettings {
  readonly enabled: boolean;
  readonly severity: AlertSeverity;
  /** How long it must hold without a break before an alert is opened; 0 for at once. */
  readonly afterSeconds: number;
  /** How long all must be well without a break before the alert is resolved; 0 for at once. */
  readonly resolveAfterSeconds: number;
}

/** One thing that a person wants to be told of. */
export interface AlertRule extends RuleSettings {
  readonly name: string;
  /** In a few words, for a subject line. */
  readonly title: string;
  readonly about: readonly SubjectKind[];
  /** Expected while somebody works on the hosts: a maintenance window that was made before it keeps it quiet. */
  readonly quietInMaintenance: boolean;
  /** Why it is a rule, and why with these delays. */
  readonly why: string;
  /** What to do first. */
  readonly remedy: string;
}

/** Every rule with its defaults, the worst first. A name is never reused for another meaning. */
export const ALERT_RULES = [
  {
    name: 'vote_lost',
    title: 'Quorum lost',
    about: ['cluster'],
    ...{ enabled: true, severity: 'critical', afterSeconds: 0, resolveAfterSeconds: 60, quietInMaintenance: true },
    why: 'No partition is quorate: the cluster does nothing. There are fresh views that prove it, so nothing is waited for.',
    remedy: 'Bring back what is nearest, a node or the arbiter. Never lower expected votes while silent nodes may run.',
  },
  {
    name: 'vote_absent',
    title: 'Arbiter’s vote is missing',
    about: ['cluster'],
    ...{ enabled: true, severity: 'critical', afterSeconds: 0, resolveAfterSeconds: 60, quietInMaintenance: true },
    why: 'The nodes run on without the external vote, and nobody notices until the next failure. That is what this service is for.',
    remedy:
      'See whether qnetd runs and whether the nodes reach it. Restart nothing on a cluster that is short of nodes.',
  },
  {
    name: 'imposter',
    title: 'Stranger at the arbiter',
    about: ['cluster', 'instance'],
    ...{ enabled: true, severity: 'critical', afterSeconds: 0, resolveAfterSeconds: 300, quietInMaintenance: false },
    why: 'A client that is not a registered node, or shows no certificate, can take the vote away. One look is proof.',
    remedy: 'Find out whose address it is before anything else. Keep TLS required on the arbiter.',
  },
  {
    name: 'certificate_expired',
    title: 'Certificate expired',
    about: ['cluster', 'arbiter'],
    ...{ enabled: true, severity: 'critical', afterSeconds: 0, resolveAfterSeconds: 0, quietInMaintenance: false },
    why: 'qnetd looks at certificates only at the handshake: the vote stands until the next reconnect, and then it is gone.',
    remedy: 'Give the host a new certificate while it is still connected. Restart neither qnetd nor qdevice before.',
  },
  {
    name: 'next_failure_fatal',
    title: 'Next failure stops the cluster',
    about: ['cluster'],
    ...{ enabled: true, severity: 'error', afterSeconds: 0, resolveAfterSeconds: 120, quietInMaintenance: true },
    why: 'One more failure, which a healthy cluster of this shape survives, would lose quorum.',
    remedy: 'Bring the missing node back. Until then no maintenance, on the arbiter either.',
  },
  {
    name: 'vote_unknown',
    title: 'State of the vote unknown',
    about: ['cluster'],
    ...{ enabled: true, severity: 'error', afterSeconds: 120, resolveAfterSeconds: 60, quietInMaintenance: true },
    why: 'No fresh evidence is not health. Two minutes outlast a restart of the service and a short gap in the network.',
    remedy: 'See whether the service reaches the nodes by SSH, or their agents reach the service.',
  },
  {
    name: 'arbiter_unreachable',
    title: 'Arbiter not reached',
    about: ['instance'],
    ...{ enabled: true, severity: 'error', afterSeconds: 30, resolveAfterSeconds: 60, quietInMaintenance: true },
    why: 'Nothing is known of the votes of all its clusters. Half a minute outlasts one lost connection.',
    remedy: 'See whether the host runs and answers by SSH. The votes may stand nevertheless: look at a node.',
  },
  {
    name: 'job_frozen',
    title: 'Job waits for a person',
    about: ['job'],
    ...{ enabled: true, severity: 'error', afterSeconds: 0, resolveAfterSeconds: 0, quietInMaintenance: false },
    why: 'It could neither go on nor put back what it changed, and keeps its cluster or arbiter until a person has looked.',
    remedy: 'Do what its finding says, then POST …/retry or …/undo.',
  },
  {
    name: 'vote_at_risk',
    title: 'Vote at risk',
    about: ['cluster'],
    ...{ enabled: true, severity: 'warning', afterSeconds: 300, resolveAfterSeconds: 120, quietInMaintenance: true },
    why: 'Quorate, but something of a healthy cluster is missing. Five minutes outlast the reboot of a node.',
    remedy: 'Mend what the findings name, the first one first.',
  },
  {
    name: 'membership_differs',
    title: 'Nodes differ from the inventory',
    about: ['cluster'],
    ...{ enabled: true, severity: 'warning', afterSeconds: 60, resolveAfterSeconds: 60, quietInMaintenance: true },
    why: 'A node was added or removed behind our back: the arithmetic of the vote, and its parity, may be another now.',
    remedy: 'Make the registration equal to corosync.conf, or corosync.conf to the registration.',
  },
  {
    name: 'arbiter_degraded',
    title: 'Something is wrong on the arbiter',
    about: ['instance'],
    ...{ enabled: true, severity: 'warning', afterSeconds: 60, resolveAfterSeconds: 120, quietInMaintenance: true },
    why: 'qnetd answers, but not as it should: what is wrong there concerns all its clusters.',
    remedy: 'Mend what the findings name. Ask restart-impact before a restart of qnetd.',
  },
  {
    name: 'certificate_ends_soon',
    title: 'Certificate ends soon',
    about: ['cluster', 'arbiter'],
    ...{ enabled: true, severity: 'warning', afterSeconds: 0, resolveAfterSeconds: 0, quietInMaintenance: false },
    why: 'Thirty days, or the last third of a short life, are left: time for a change without hurry.',
    remedy: 'Give the host a new certificate.',
  },
] as const satisfies readonly AlertRule[];

export type AlertRuleName = (typeof ALERT_RULES)[number]['name'];

/** Names as a list that is not empty, for schemas. */
export const ALERT_RULE_NAMES = ALERT_RULES.map(({ name }) => name) as [AlertRuleName, ...AlertRuleName[]];

/** @throws when there is no such rule: names come from the list itself, so that would be a fault of ours */
export const alertRule = (name: AlertRuleName): AlertRule & { readonly name: AlertRuleName } => {
  const rule = ALERT_RULES.find((candidate) => candidate.name === name);
  if (!rule) throw new Error(`there is no rule ${name}`);
  return rule;
};
