import type { Finding } from '../finding.ts';
import { iso, type Instant } from '../time.ts';
import type { Resolution } from './judge.ts';
import { alertRule, type AlertRuleName, type AlertSeverity } from './rule.ts';
import type { AlertSubject } from './symptom.ts';

export type AlertAction = 'open' | 'update' | 'resolve';

/** Where the ticket of a PSA is. */
export interface Ticket {
  readonly system: string;
  readonly id: string;
}

/** An alert as it is told. */
export interface ToldAlert {
  readonly id: string;
  readonly dedupKey: string;
  readonly rule: AlertRuleName;
  readonly severity: AlertSeverity;
  readonly subject: AlertSubject;
  readonly jobId: string | null;
  readonly summary: string;
  readonly findings: readonly Finding[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly since: Instant;
  readonly openedAt: Instant;
  readonly updatedAt: Instant;
  readonly resolvedAt: Instant | null;
  readonly resolution: Resolution | null;
  readonly updates: number;
  readonly recurrences: number;
  readonly ticket: Ticket | null;
}

/** What the alert's subject is called, as far as it still stands in the inventory. */
export interface Names {
  readonly customer: {
    readonly id: string;
    readonly name: string;
    readonly externalRefs: readonly { readonly system: string; readonly id: string }[];
  } | null;
  readonly cluster: { readonly id: string; readonly name: string } | null;
  readonly arbiter: { readonly id: string; readonly name: string } | null;
}

const RESOLVED_BY: Readonly<Record<Resolution, string>> = {
  healthy: 'All is well again.',
  disabled: 'Its rule was switched off.',
  gone: 'What it was about is not watched any more.',
};

/** What was seen, and what to do: for the body of a ticket. */
const describe = ({ rule, summary, findings, resolution }: ToldAlert): string => {
  if (resolution !== null) return `${summary} ${RESOLVED_BY[resolution]}`;
  const { why, remedy } = alertRule(rule);
  const seen = findings.map(({ subject, message }) => `- ${subject}: ${message}`);
  return [`${summary} ${why}`, ...seen, `What to do: ${remedy}`].join('\n');
};

const linksOf = ({ id, jobId }: ToldAlert, { customer, cluster, arbiter }: Names) => ({
  alert: `/v1/alerts/${id}`,
  ...(customer && { customer: `/v1/customers/${customer.id}` }),
  ...(cluster && {
    cluster: `/v1/clusters/${cluster.id}`,
    vote: `/v1/clusters/${cluster.id}/vote`,
    history: `/v1/clusters/${cluster.id}/vote-history`,
  }),
  ...(arbiter && { arbiter: `/v1/arbiters/${arbiter.id}` }),
  ...(jobId !== null && { job: `/v1/jobs/${jobId}` }),
});

/** The `data` of a notice: what a PSA needs to open, change or close a ticket without asking back. */
export const noticeData = (action: AlertAction, alert: ToldAlert, names: Names): Readonly<Record<string, unknown>> => ({
  action,
  alertId: alert.id,
  ...{ dedupKey: alert.dedupKey, rule: alert.rule, severity: alert.severity, subject: alert.subject },
  ...{ summary: alert.summary, description: describe(alert) },
  ...{ customer: names.customer, cluster: names.cluster, arbiter: names.arbiter },
  ...alert.details,
  findings: alert.findings,
  ...{ since: iso(alert.since), openedAt: iso(alert.openedAt), updatedAt: iso(alert.updatedAt) },
  resolvedAt: alert.resolvedAt === null ? null : iso(alert.resolvedAt),
  ...{ resolution: alert.resolution, updates: alert.updates, recurrences: alert.recurrences },
  ...{ ticket: alert.ticket, links: linksOf(alert, names) },
});

const WORDS: Readonly<Record<AlertAction, string>> = { open: '', update: 'Still: ', resolve: 'Resolved: ' };

const line = (name: string, value: string | null | undefined): string[] => (value ? [`${name}: ${value}`] : []);

/** The same for a person, as an e-mail's subject and text. */
export const noticeWords = (
  action: AlertAction,
  alert: ToldAlert,
  names: Names,
): { readonly subject: string; readonly text: string } => {
  const about = [names.cluster?.name ?? names.arbiter?.name, names.customer?.name].filter((name) => name !== undefined);
  const text = [
    describe(alert),
    '',
    ...line('Customer', names.customer?.name),
    ...line('Cluster', names.cluster?.name),
    ...line('Arbiter', names.arbiter?.name),
    ...line('Since', iso(alert.since)),
    ...line('Resolved', alert.resolvedAt === null ? null : iso(alert.resolvedAt)),
    ...line('Ticket', alert.ticket && `${alert.ticket.system} ${alert.ticket.id}`),
    ...line('Alert', `/v1/alerts/${alert.id}`),
  ].join('\n');
  return { subject: `[${alert.severity}] ${WORDS[action]}${alertRule(alert.rule).title}: ${about.join(', ')}`, text };
};
