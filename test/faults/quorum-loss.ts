import type { Interval, NodeSamples, QuorumSample, Sample } from '../lab/record.ts';

/** What the fault itself takes from a cluster, and for how long. Epoch milliseconds. */
export interface Removal {
  /** Nodes without power or cut off; each had one vote. */
  readonly nodes: readonly string[];
  readonly from: number;
  /** When the world was whole again. */
  readonly to: number;
}

/** A loss with the last quorate look before it, and the first look that showed it. */
export interface Loss extends Interval {
  readonly before: QuorumSample | null;
  readonly first: QuorumSample | null;
}

/** A node that has its power or its network back is no member yet: it boots, and a membership forms. */
const RETURN_MS = 60_000;

/**
 * The losses of quorum that are of our own hand: what is left when those are taken away that the fault explains.
 *
 * The fault explains that a node is inquorate
 * 1. where it took down or cut off that very node: from then until that node was quorate again, at most RETURN_MS after its end;
 * 2. where it took others away, from then until RETURN_MS after its end, and by arithmetic nothing else did it: compared with the
 *    last quorate look before, the votes needed did not rise, the device's vote did not go, and no more node votes are missing than
 *    the fault took. A reload on a degraded cluster raises the votes needed, a stopped device takes its vote: both are ours.
 */
export const lossesOfOurs = (series: readonly NodeSamples[], removal: Removal | null): Loss[] =>
  series.flatMap(({ node, samples }) =>
    stretches(samples).flatMap(({ before, bad, end }) => {
      const isExplained = removal !== null && bad.every((sample) => explains(removal, node, before, sample));
      const [first] = bad;
      return isExplained || !first ? [] : [{ node, start: first.at, end, before, first: first.quorum }];
    }),
  );

interface Stretch {
  /** The last quorate look before it. */
  readonly before: QuorumSample | null;
  readonly bad: readonly Sample[];
  readonly end: number;
}

const isQuorate = ({ quorum }: Sample): boolean => quorum !== null && quorum.quorate;

const stretches = (samples: readonly Sample[]): Stretch[] => {
  const found: Stretch[] = [];
  let before: QuorumSample | null = null;
  let bad: Sample[] = [];
  for (const sample of samples) {
    if (!isQuorate(sample)) bad.push(sample);
    else {
      if (bad.length > 0) found.push({ before, bad, end: sample.at });
      bad = [];
      before = sample.quorum;
    }
  }
  const last = samples.at(-1);
  if (last && bad.length > 0) found.push({ before, bad, end: last.at });
  return found;
};

const explains = (removal: Removal, node: string, before: QuorumSample | null, { at, quorum }: Sample): boolean => {
  if (at < removal.from || at > removal.to + RETURN_MS) return false;
  if (removal.nodes.includes(node)) return true;
  if (before === null || quorum === null) return false;
  const nodeVotes = (look: QuorumSample): number => look.totalVotes - look.deviceVotes;
  return (
    quorum.quorum <= before.quorum &&
    quorum.deviceVotes >= before.deviceVotes &&
    nodeVotes(quorum) >= nodeVotes(before) - removal.nodes.length
  );
};
