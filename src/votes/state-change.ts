import { warning, type Finding } from '../core/finding.ts';
import { presenceOf } from '../core/quorum/presence.ts';
import type { State } from '../core/quorum/vote-state.ts';
import { iso, SECOND_MS, type Instant } from '../core/time.ts';
import type { Judgement } from './judge-votes.ts';
import type { VoteStateRow, VoteTransition } from './vote.entity.ts';

/** What a judgement changes on record. */
export interface StateChange {
  /** The row as it is from now on; null when nothing that is told of it is different. */
  readonly row: VoteStateRow | null;
  readonly transitions: readonly Omit<VoteTransition, 'id'>[];
  /** The state before, when it is another one now; undefined when it is the same. */
  readonly from: State | null | undefined;
}

/** A judgement is due when the first view stops counting. One that comes later than this was not made because nobody watched. */
const UNWATCHED_MS = 15 * SECOND_MS;

/**
 * What is to be written down of a judgement, beside what stood there before. Time in which nobody watched, as while the service was
 * down, was unknown from the moment on at which the last views stopped counting, whatever is found after it.
 */
export const stateChange = (before: VoteStateRow | undefined, judgement: Judgement): StateChange => {
  const gap = before && gapBetween(before, judgement.at);
  const known = gap && before ? { ...before, state: gap.to, presence: gap.presence, since: gap.at } : before;
  const row = rowOf(known, judgement);
  const isOther = known?.state !== row.state;
  const arrival: Omit<VoteTransition, 'id'>[] =
    isOther || known.presence !== row.presence
      ? [
          {
            ...{ clusterId: row.clusterId, customerId: row.customerId, at: judgement.at },
            ...{ from: known?.state ?? null, to: row.state, presence: row.presence, findings: row.findings },
          },
        ]
      : [];
  return {
    row: before && !gap && !differs(before, row) ? null : row,
    transitions: [...(gap ? [gap] : []), ...arrival],
    from: before?.state === row.state ? undefined : (before?.state ?? null),
  };
};

const rowOf = (known: VoteStateRow | undefined, { cluster, vote, at, freshUntil }: Judgement): VoteStateRow => {
  const { state, findings, arbiter, lossesSurvived } = vote;
  return {
    clusterId: cluster.id,
    customerId: cluster.customerId,
    ...{ state, presence: presenceOf(vote), findings },
    since: known?.state === state ? known.since : at,
    arbiterVote: arbiter.vote,
    lossesWithArbiter: lossesSurvived.withArbiter,
    lossesWithoutArbiter: lossesSurvived.withoutArbiter,
    ...{ judgedAt: at, freshUntil, evaluateAt: at },
  };
};

const gapBetween = (before: VoteStateRow, now: Instant): Omit<VoteTransition, 'id'> | null => {
  const { clusterId, customerId, freshUntil, state, presence } = before;
  if (freshUntil === null || now - freshUntil <= UNWATCHED_MS || presence === 'unknown') return null;
  const text = `Nobody looked from ${iso(freshUntil)} to ${iso(now)}: the service was down or overloaded. What the vote was then is not known.`;
  const finding = warning('vote_not_watched', 'service', text, { from: iso(freshUntil), to: iso(now) });
  return {
    ...{ clusterId, customerId, at: freshUntil },
    ...{ from: state, to: 'unknown', presence: 'unknown', findings: [finding] },
  };
};

/** What is told of a state: whoever reads the rows or is alerted by them has nothing new without a difference here. */
const differs = (known: VoteStateRow, now: VoteStateRow): boolean =>
  known.state !== now.state ||
  known.presence !== now.presence ||
  known.lossesWithArbiter !== now.lossesWithArbiter ||
  known.lossesWithoutArbiter !== now.lossesWithoutArbiter ||
  known.arbiterVote !== now.arbiterVote ||
  told(known.findings) !== told(now.findings);

/** Ages grow by themselves, and the moments in a host's answer to a login differ each time: neither makes news. */
const AGES = new Set(['ageMs', 'from', 'to']);

/** Findings without what changes by itself. */
export const told = (findings: readonly Finding[]): string =>
  JSON.stringify(
    findings.map(({ code, severity, subject, params }) => [
      ...[code, severity, subject],
      Object.entries(params).filter(([name]) => !AGES.has(name)),
    ]),
  );
