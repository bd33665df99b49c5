import type { Finding } from '../../src/core/finding.ts';
import type { Presence } from '../../src/core/quorum/presence.ts';
import type { State } from '../../src/core/quorum/vote-state.ts';
import { plus, type Instant } from '../../src/core/time.ts';
import { Cluster } from '../../src/clusters/cluster.entity.ts';
import { randomUUIDv7 } from '../../src/platform/crypto/random.ts';
import { insertRows } from '../../src/platform/database/rows.ts';
import { InstanceStateRow, VoteStateRow, VoteTransition } from '../../src/votes/vote.entity.ts';
import type { TestApp } from './app.ts';

const PRESENCE_OF: Readonly<Record<State, Presence>> = {
  ok: 'present',
  'at-risk': 'degraded',
  lost: 'absent',
  unknown: 'unknown',
};

interface Whose {
  readonly clusterId: string;
  readonly customerId: string;
}

/** Writes the vote's history of a cluster as the watch would. */
export const putTransition = (
  { database }: TestApp,
  { clusterId, customerId }: Whose,
  at: Instant,
  to: State,
  { presence = PRESENCE_OF[to], findings = [] }: { presence?: Presence; findings?: readonly Finding[] } = {},
): Promise<void> =>
  database.write((tx) =>
    insertRows(tx, VoteTransition, {
      id: randomUUIDv7(),
      ...{ clusterId, customerId, at, from: null, to, presence, findings },
    }),
  );

/** Writes the vote state of a cluster as the watch would, backed by views for a minute. */
export const putState = (
  { database, clock }: TestApp,
  { clusterId, customerId }: Whose,
  state: State,
  columns: Partial<VoteStateRow> = {},
): Promise<void> =>
  database.write(async (tx) => {
    const at = clock.now();
    const row: VoteStateRow = {
      ...{ clusterId, customerId, state, since: at, presence: PRESENCE_OF[state], findings: [], arbiterVote: 'ack' },
      ...{
        lossesWithArbiter: 1,
        lossesWithoutArbiter: 0,
        judgedAt: at,
        freshUntil: plus(at, 60_000),
        evaluateAt: null,
      },
      ...columns,
    };
    await tx.manager.upsert(VoteStateRow, row, ['clusterId']);
  });

/** Writes how an instance was at the last look. */
export const putInstanceState = (
  { database, clock }: TestApp,
  { instanceId, arbiterId }: Pick<InstanceStateRow, 'instanceId' | 'arbiterId'>,
  state: InstanceStateRow['state'],
  columns: Partial<InstanceStateRow> = {},
): Promise<void> =>
  database.write(async (tx) => {
    const at = clock.now();
    const known = { since: at, findings: [], clients: 2, judgedAt: at, evaluateAt: null };
    await tx.manager.upsert(InstanceStateRow, { instanceId, arbiterId, state, ...known, ...columns }, ['instanceId']);
  });

/** Takes a cluster for onboarded, as its job would leave it on record. */
export const takeForOnboarded = ({ database }: TestApp, clusterId: string): Promise<void> =>
  database.write(async (tx) => {
    await tx.manager.update(
      Cluster,
      { id: clusterId },
      { state: 'onboarded', device: { algorithm: 'ffsplit', votes: 1 } },
    );
  });
