import type { VoteView } from '../e2e/client.ts';

/** A cluster, and its vote as the service answered it. */
export interface ClusterVote {
  readonly cluster: string;
  readonly vote: VoteView;
}

const HEAD = ['CLUSTER', 'NODES', 'STATE', 'VOTES', 'QUORUM', 'ARBITER', 'SURVIVES', 'WITHOUT ARBITER'] as const;

/**
 * The vote state of some clusters as a table, with the reasons below it where a state is not `ok`.
 * SURVIVES is how many node losses a cluster survives now, WITHOUT ARBITER how many if the arbiter were lost as well.
 */
export const voteTable = (clusters: readonly ClusterVote[]): string => {
  const rows = [HEAD, ...clusters.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...clusters.flatMap(reasons)].join('\n');
};

const cells = ({ cluster, vote }: ClusterVote): readonly string[] => [
  cluster,
  `${vote.nodes.filter(({ online }) => online).length} of ${vote.nodes.length} online`,
  vote.state,
  `${figure(vote.votes.total)} of ${figure(vote.votes.expected)}`,
  figure(vote.votes.quorum),
  vote.arbiter.vote,
  losses(vote.lossesSurvived.withArbiter),
  losses(vote.lossesSurvived.withoutArbiter),
];

/** Nobody knows: said as such, and never as 0. */
const figure = (votes: number | null): string => (votes === null ? '?' : String(votes));

const losses = (count: number | null): string => `${figure(count)} ${count === 1 ? 'loss' : 'losses'}`;

const reasons = ({ cluster, vote }: ClusterVote): string[] =>
  vote.state === 'ok'
    ? []
    : vote.findings.filter(({ severity }) => severity !== 'info').map(({ message }) => `${cluster}: ${message}`);
