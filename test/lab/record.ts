/** One look at a node's quorum. */
export interface Sample {
  /** Epoch milliseconds, by the machine's true clock. */
  at: number;
  /** Null where corosync did not answer. */
  quorum: QuorumSample | null;
}

/** What libquorum and libvotequorum said (see host/sampler.py). */
export interface QuorumSample {
  quorate: boolean;
  expectedVotes: number;
  totalVotes: number;
  quorum: number;
  /** Votes the device casts at this moment: 0 where it casts none or there is none. */
  deviceVotes: number;
  /** VOTEQUORUM_INFO_* of votequorum.h. */
  flags: number;
}

/** A stretch of time on one node: from the first look that showed it to the first that no longer did. Epoch milliseconds. */
export interface Interval {
  node: string;
  start: number;
  end: number;
}

/** How strict `assertNeverInquorate` is. */
export interface Strictness {
  /** Only these nodes; all otherwise. */
  nodes?: readonly string[];
  /** Fails where two looks are further apart (default 1000 ms). */
  maxGapMs?: number;
  /** Fails where a node was looked at less often (default 10 looks a second). */
  minPerSecond?: number;
}

/** The looks of one node, oldest first. */
export interface NodeSamples {
  node: string;
  cluster: string;
  samples: readonly Sample[];
}

/**
 * Reads one line of the sampler; null where it is incomplete, as the last one after a power cut may be.
 * @throws Error where it is something else
 */
export function parseSample(line: string): Sample | null {
  const fields = line.trim().split(' ');
  const at = Number(fields[0]);
  if (fields.length === 2 && fields[1] === 'down') return { at, quorum: null };
  if (fields.length < 7) return null;
  const numbers = fields.map(Number);
  if (fields.length > 7 || numbers.some((number) => !Number.isInteger(number))) {
    throw new Error(`not a line of the sampler: ${line}`);
  }
  const [, quorate = 0, expectedVotes = 0, totalVotes = 0, quorum = 0, deviceVotes = 0, flags = 0] = numbers;
  return { at, quorum: { quorate: quorate === 1, expectedVotes, totalVotes, quorum, deviceVotes, flags } };
}

/** What the sampler saw between two moments (epoch milliseconds). Pure: it reads no files and no clock. */
export class SampleRecord {
  readonly start: number;
  readonly end: number;
  private readonly series: readonly NodeSamples[];

  constructor(series: readonly NodeSamples[], start: number, end: number) {
    this.start = start;
    this.end = end;
    this.series = series.map((one) => ({
      ...one,
      samples: one.samples.filter(({ at }) => at >= start && at <= end),
    }));
  }

  /** The nodes that were watched. */
  get nodes(): string[] {
    return this.series.map(({ node }) => node);
  }

  /** The looks of a node, oldest first. */
  samples(node: string): readonly Sample[] {
    return this.select(node).flatMap(({ samples }) => samples);
  }

  /** How many looks there were, at one node or at all. */
  count(node?: string): number {
    return this.select(node).reduce((sum, { samples }) => sum + samples.length, 0);
  }

  /** When a node was not quorate. A node whose corosync does not answer is not. */
  inquorate(node?: string): Interval[] {
    return this.intervals(({ quorum }) => quorum === null || !quorum.quorate, node);
  }

  /** When the device's vote did not count on a node. */
  withoutDeviceVote(node?: string): Interval[] {
    return this.intervals(({ quorum }) => quorum === null || quorum.deviceVotes === 0, node);
  }

  /** When all nodes of a cluster were without the device's vote at once; each named by the cluster. */
  simultaneouslyWithoutVote(cluster: string): Interval[] {
    const nodes = this.series.filter((one) => one.cluster === cluster).map(({ node }) => node);
    if (nodes.length === 0) throw new Error(`no node of ${cluster} was watched`);
    const perNode = nodes.map((node) => this.withoutDeviceVote(node));
    return perNode.reduce(overlaps).map(({ start, end }) => ({ node: cluster, start, end }));
  }

  /** The longest time without a look, edges of the record included; in milliseconds. The whole record where there was none. */
  largestGapMs(node?: string): number {
    const gaps = this.select(node).map(({ samples }) => {
      const moments = [this.start, ...samples.map(({ at }) => at), this.end];
      return Math.max(...moments.slice(1).map((moment, index) => moment - (moments[index] ?? moment)));
    });
    return Math.max(...gaps);
  }

  /**
   * Passes only where every node was watched closely and seen quorate every time.
   * @throws Error that names node and interval, or says why the record proves nothing
   */
  assertNeverInquorate(strictness: Strictness = {}): void {
    const nodes = strictness.nodes ?? this.nodes;
    const troubles = nodes.flatMap((node) => [...this.blindness(node, strictness), ...this.losses(node)]);
    if (nodes.length === 0) troubles.push('no node was watched');
    if (troubles.length > 0) throw new Error(troubles.join('\n'));
  }

  private losses(node: string): string[] {
    return this.inquorate(node).map(({ start, end }) => {
      const moment = new Date(start).toISOString();
      return `${node} was not quorate for ${end - start} ms, from ${moment} (${start - this.start} ms after the start)`;
    });
  }

  private blindness(node: string, { maxGapMs = 1000, minPerSecond = 10 }: Strictness): string[] {
    const gap = this.largestGapMs(node);
    const wanted = Math.max(1, Math.floor(((this.end - this.start) / 1000) * minPerSecond));
    const count = this.count(node);
    return [
      ...(gap > maxGapMs ? [`${node} was not looked at for ${gap} ms, more than ${maxGapMs} ms`] : []),
      ...(count < wanted ? [`${node} was looked at ${count} times, less than ${wanted}`] : []),
    ];
  }

  private intervals(bad: (sample: Sample) => boolean, node?: string): Interval[] {
    return this.select(node).flatMap((one) => badIntervals(one, bad, this.end));
  }

  private select(node?: string): readonly NodeSamples[] {
    if (node === undefined) return this.series;
    const found = this.series.filter((one) => one.node === node);
    if (found.length === 0) throw new Error(`${node} was not watched; there are ${this.nodes.join(', ')}`);
    return found;
  }
}

function badIntervals({ node, samples }: NodeSamples, bad: (sample: Sample) => boolean, end: number): Interval[] {
  const intervals: Interval[] = [];
  let start: number | null = null;
  for (const sample of samples) {
    if (bad(sample)) {
      start ??= sample.at;
    } else if (start !== null) {
      intervals.push({ node, start, end: sample.at });
      start = null;
    }
  }
  if (start !== null) intervals.push({ node, start, end });
  return intervals;
}

function overlaps(some: Interval[], others: Interval[]): Interval[] {
  return some.flatMap((one) =>
    others
      .map((other) => ({ ...one, start: Math.max(one.start, other.start), end: Math.min(one.end, other.end) }))
      .filter(({ start, end }) => start < end),
  );
}
