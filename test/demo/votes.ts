import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../e2e/client.ts';
import type { ClusterVote } from './vote-table.ts';

const EVERY_MS = 1_000;

/** Ids by cluster name. */
export type Clusters = ReadonlyMap<string, string>;

/** The vote of each cluster as the service judges it now. */
export const votesOf = (client: Client, clusters: Clusters): Promise<ClusterVote[]> =>
  Promise.all([...clusters].map(async ([cluster, id]) => ({ cluster, vote: await client.vote(id) })));

/** The votes about every second, for as long as somebody takes them. */
export async function* watchVotes(
  client: Client,
  clusters: Clusters,
  stop: AbortSignal,
): AsyncGenerator<ClusterVote[]> {
  for (;;) {
    yield await votesOf(client, clusters);
    await pause(EVERY_MS, undefined, { signal: stop });
  }
}

/** Whether every cluster's vote is there, and would survive what a healthy cluster survives. */
export const allAreOk = (votes: readonly ClusterVote[]): boolean => votes.every(({ vote }) => vote.state === 'ok');
