import { SampleRecord, type NodeSamples, type QuorumSample } from '../lab/record.ts';
import { lossesOfOurs, type Loss, type Removal } from './quorum-loss.ts';

export type JobEnd = 'done' | 'undone' | 'cancelled' | 'frozen';
export type Outcome = 'done' | 'undone' | 'frozen' | 'FAILED';

/** What was seen of one cell. */
export interface Evidence {
  /** How the job ended by itself; null where it did not in time. */
  readonly end: JobEnd | null;
  /** How it ended after the fault was over and a person asked to go on; null where nobody had to, or it did not end. */
  readonly thawed: JobEnd | null;
  readonly series: readonly NodeSamples[];
  readonly from: number;
  readonly to: number;
  readonly removal: Removal | null;
  /** The vote after a job that gave the cluster its device; null where the cluster is to have none. */
  readonly vote: string | null;
  /** Whether the end of this kind of job is a vote. */
  readonly givesVote: boolean;
  /** What differs from the files that a job of this end leaves, one line each. */
  readonly differences: readonly string[];
  /** Whether what a person wrote by hand was still there when the job had ended; null where nobody wrote. */
  readonly editStands: boolean | null;
  /** What the harness itself could not do. */
  readonly mishaps: readonly string[];
}

export interface Verdict {
  readonly outcome: Outcome;
  readonly troubles: readonly string[];
  /** How often a node lost its quorum by our own hand. */
  readonly losses: number;
  /** Nothing but that the sampler did not look often enough: the machine was too busy, the cell proves nothing. */
  readonly blind: boolean;
}

/** Two looks of the sampler are about 50 ms apart; beside other labs on two cores it waits now and then. */
const LOOKED = { maxGapMs: 2_000, minPerSecond: 6 };

/**
 * Judges a cell. While a membership changes, corosync's libraries answer nobody (up to quorum.device.sync_timeout, 30 s): where
 * the fault changed it, a gap between two looks is no trouble.
 */
export const judge = (evidence: Evidence): Verdict => {
  const blindness = evidence.removal === null ? blindSpots(evidence) : [];
  const losses = lossesOfOurs(evidence.series, evidence.removal);
  const troubles = [
    ...evidence.mishaps,
    ...endTroubles(evidence),
    ...losses.map((loss) => lossLine(loss, evidence.from)),
    ...evidence.differences.map((line) => `${line} (invariants 9, 13)`),
    ...(evidence.editStands === false ? ['what a person wrote by hand is gone (invariant 12)'] : []),
  ];
  const outcome = troubles.length + blindness.length > 0 || evidence.end === null ? 'FAILED' : named(evidence.end);
  return {
    outcome,
    troubles: [...troubles, ...blindness],
    losses: losses.length,
    blind: troubles.length === 0 && blindness.length > 0,
  };
};

const named = (end: JobEnd): Outcome => (end === 'cancelled' ? 'undone' : end);

const lossLine = ({ node, start, end, before, first }: Loss, from: number): string =>
  `${node} was not quorate for ${end - start} ms by our own hand, ${start - from} ms after the start (invariant 1): ${votes(before)} before, then ${votes(first)}`;

const votes = (look: QuorumSample | null): string =>
  look === null ? 'no answer' : `${look.totalVotes} votes (${look.deviceVotes} of the device) of ${look.quorum} needed`;

const endTroubles = ({ end, thawed, vote, givesVote }: Evidence): string[] => {
  if (end === null) return ['the job did not end in time (invariants 8, 15)'];
  if (end === 'frozen' && (thawed === null || thawed === 'frozen'))
    return ['the job stayed frozen after the fault was over and a retry was asked for (invariant 15)'];
  const last = thawed ?? end;
  return last === 'done' && givesVote && vote !== 'ok' ? [`the job is done and the vote is ${vote ?? 'not told'}`] : [];
};

const blindSpots = ({ series, from, to }: Evidence): string[] => {
  const record = new SampleRecord(series, from, to);
  return record.nodes.flatMap((node) => {
    const gap = record.largestGapMs(node);
    const wanted = Math.floor(((to - from) / 1000) * LOOKED.minPerSecond);
    return gap > LOOKED.maxGapMs || record.count(node) < wanted
      ? [`${node} was looked at ${record.count(node)} times in ${to - from} ms, once not for ${gap} ms`]
      : [];
  });
};
