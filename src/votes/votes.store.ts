import { Injectable } from '@nestjs/common';
import { And, In, LessThan, LessThanOrEqual, MoreThanOrEqual, type FindOptionsWhere } from 'typeorm';
import type { Finding } from '../core/finding.ts';
import type { Instant } from '../core/time.ts';
import type { Session, Transaction } from '../platform/database/database.ts';
import { eachRow, type Bound } from '../platform/database/each-row.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import { ownedBy, type Scope } from '../platform/database/scope.ts';
import type { Source } from './source.ts';
import { InstanceStateRow, Reading, VoteStateRow, VoteTransition } from './vote.entity.ts';

/** The columns of the rows that come by the hundred each second, written without TypeORM: each property with its column. */
const READING_COLUMNS = [
  ...[['id', 'id'] as const, ['source', 'source'] as const, ['instanceId', 'instance_id'] as const],
  ...[['clusterId', 'cluster_id'] as const, ['customerId', 'customer_id'] as const, ['nodeId', 'node_id'] as const],
  ...[['at', 'at'] as const, ['lastAt', 'last_at'] as const, ['looks', 'looks'] as const],
  ...[['digest', 'digest'] as const, ['raw', 'raw'] as const],
];

const STATE_COLUMNS = [
  ...[['clusterId', 'cluster_id'] as const, ['customerId', 'customer_id'] as const, ['state', 'state'] as const],
  ...[['since', 'since'] as const, ['presence', 'presence'] as const, ['findings', 'findings'] as const],
  ...[['arbiterVote', 'arbiter_vote'] as const, ['lossesWithArbiter', 'losses_with_arbiter'] as const],
  ...[['lossesWithoutArbiter', 'losses_without_arbiter'] as const, ['judgedAt', 'judged_at'] as const],
  ...[['freshUntil', 'fresh_until'] as const, ['evaluateAt', 'evaluate_at'] as const],
];

const TRANSITION_COLUMNS = [
  ...[['id', 'id'] as const, ['clusterId', 'cluster_id'] as const, ['customerId', 'customer_id'] as const],
  ...[['at', 'at'] as const, ['from', 'from_state'] as const, ['to', 'to_state'] as const],
  ...[['presence', 'presence'] as const, ['findings', 'findings'] as const],
];

const insertInto = (columns: readonly (readonly [string, string])[], table: string): string =>
  `INSERT INTO ${table} (${columns.map(([, column]) => column).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;

const INSTANCE_COLUMNS = [
  ...[['instanceId', 'instance_id'] as const, ['arbiterId', 'arbiter_id'] as const, ['state', 'state'] as const],
  ...[['since', 'since'] as const, ['findings', 'findings'] as const, ['clients', 'clients'] as const],
  ...[['judgedAt', 'judged_at'] as const, ['evaluateAt', 'evaluate_at'] as const],
];

const INSERT_READING = insertInto(READING_COLUMNS, 'readings');
const INSERT_TRANSITION = insertInto(TRANSITION_COLUMNS, 'vote_transitions');
/** The first column is the key. */
const orReplace = ([key, ...others]: readonly (readonly [string, string])[]): string =>
  `ON CONFLICT (${key?.[1]}) DO UPDATE SET ${others.map(([, column]) => `${column} = excluded.${column}`).join(', ')}`;

const PUT_STATE = `${insertInto(STATE_COLUMNS, 'vote_states')} ${orReplace(STATE_COLUMNS)}`;
/** Where there is no news, the alerts' own note of when they weigh the instance next stays as it is. */
const PUT_INSTANCE_STATE = `${insertInto(INSTANCE_COLUMNS, 'instance_states')} ${orReplace(
  INSTANCE_COLUMNS.slice(0, -1),
)}, evaluate_at = COALESCE(excluded.evaluate_at, instance_states.evaluate_at)`;

const bound = (value: Bound | readonly Finding[]): Bound =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : value;

const lockedWhereShared = (tx: Transaction) =>
  tx.manager.connection.options.type === 'postgres' ? ({ lock: { mode: 'pessimistic_write' } } as const) : {};

@Injectable()
export class VotesStore {
  async insertReadings(tx: Transaction, readings: readonly Reading[]): Promise<void> {
    const rows = readings.map((row) => READING_COLUMNS.map(([property]) => row[property]));
    await eachRow(tx, INSERT_READING, rows);
  }

  /** The same was said again, so many times, the last time then. */
  async sayAgain(tx: Transaction, said: readonly { id: string; lastAt: Instant; looks: number }[]): Promise<void> {
    const rows = said.map(({ id, lastAt, looks }) => [lastAt, looks, id]);
    await eachRow(tx, 'UPDATE readings SET last_at = ?, looks = looks + ? WHERE id = ?', rows);
  }

  /**
   * The newest reading of a source, without its text. The arbiter's covers clusters of several customers: each caller takes
   * only its own cluster out of it.
   */
  newestOf(session: Session, source: Source): Promise<Pick<Reading, 'id' | 'digest' | 'lastAt'> | null> {
    const where: FindOptionsWhere<Reading> =
      source.kind === 'arbiter'
        ? { instanceId: source.instanceId }
        : { nodeId: source.nodeId, source: source.kind, customerId: source.customerId };
    const select = { id: true, digest: true, lastAt: true } as const;
    return session.manager.findOne(Reading, { select, where, order: { at: 'DESC', id: 'DESC' } });
  }

  async rawOf(session: Session, readingId: string): Promise<string> {
    const { raw } = await session.manager.findOneByOrFail(Reading, { id: readingId });
    return raw;
  }

  findState(session: Session, scope: Scope, clusterId: string): Promise<VoteStateRow | null> {
    return session.manager.findOneBy(VoteStateRow, { clusterId, ...ownedBy(scope) });
  }

  /**
   * The states on record, for a change of them. Where several processes write, the rows are theirs alone until the end of the
   * transaction, so that two which judge one cluster at once do so one after the other.
   */
  async statesForChange(tx: Transaction, clusterIds: readonly string[]): Promise<Map<string, VoteStateRow>> {
    const where = { clusterId: In([...clusterIds].toSorted()) };
    const rows = await tx.manager.find(VoteStateRow, { where, order: { clusterId: 'ASC' }, ...lockedWhereShared(tx) });
    return new Map(rows.map((row) => [row.clusterId, row]));
  }

  async putStates(tx: Transaction, rows: readonly VoteStateRow[]): Promise<void> {
    const values = rows.map((row) => STATE_COLUMNS.map(([property]) => bound(row[property])));
    await eachRow(tx, PUT_STATE, values);
  }

  /** What was judged before still stands, and the views it rests on count until then. */
  async putFreshUntil(tx: Transaction, rows: readonly Pick<VoteStateRow, 'clusterId' | 'freshUntil'>[]): Promise<void> {
    const values = rows.map(({ clusterId, freshUntil }) => [freshUntil, clusterId]);
    await eachRow(tx, 'UPDATE vote_states SET fresh_until = ? WHERE cluster_id = ?', values);
  }

  /** The clusters that rest on a view which counts no more, those that wait longest first. */
  async staleClusters(session: Session, now: Instant, limit: number): Promise<string[]> {
    const rows = await session.manager.find(VoteStateRow, {
      select: { clusterId: true },
      where: { freshUntil: LessThanOrEqual(now) },
      order: { freshUntil: 'ASC' },
      take: limit,
    });
    return rows.map((row) => row.clusterId);
  }

  async insertTransitions(tx: Transaction, transitions: readonly VoteTransition[]): Promise<void> {
    const values = transitions.map((row) => TRANSITION_COLUMNS.map(([property]) => bound(row[property])));
    await eachRow(tx, INSERT_TRANSITION, values);
  }

  transitions(
    session: Session,
    scope: Scope,
    clusterId: string,
    period: { from?: Instant | undefined; to?: Instant | undefined },
    request: PageRequest,
  ): Promise<Page<VoteTransition>> {
    const bounds = [
      ...(period.from === undefined ? [] : [MoreThanOrEqual(period.from)]),
      ...(period.to === undefined ? [] : [LessThanOrEqual(period.to)]),
    ];
    const where: FindOptionsWhere<VoteTransition> = {
      clusterId,
      ...(bounds.length > 0 ? { at: And(...bounds) } : {}),
      ...ownedBy(scope),
    };
    return findPage(session.manager, VoteTransition, where, request);
  }

  /** @returns how many rows are gone */
  async pruneReadings(tx: Transaction, before: Instant, limit: number): Promise<number> {
    const old = await tx.manager.find(Reading, {
      select: { id: true },
      // What was said again since is still the newest word of its source.
      where: { at: LessThan(before), lastAt: LessThan(before) },
      order: { at: 'ASC' },
      take: limit,
    });
    if (old.length > 0) await tx.manager.delete(Reading, { id: In(old.map(({ id }) => id)) });
    return old.length;
  }

  /** Lets transitions go that another one of their cluster followed before that moment. @returns how many rows are gone */
  async pruneTransitions(tx: Transaction, before: Instant, limit: number): Promise<number> {
    const old = await tx.manager
      .createQueryBuilder(VoteTransition, 't')
      .select('t.id')
      .where('t.at < :before', { before })
      .andWhere((query) => {
        const later = query.subQuery().select('1').from(VoteTransition, 'later');
        const isFollowed = later
          .where('later.clusterId = t.clusterId AND later.at <= :before')
          .andWhere('(later.at > t.at OR (later.at = t.at AND later.id > t.id))');
        return `EXISTS ${isFollowed.getQuery()}`;
      })
      .orderBy('t.at', 'ASC')
      .limit(limit)
      .getMany();
    if (old.length > 0) await tx.manager.delete(VoteTransition, { id: In(old.map(({ id }) => id)) });
    return old.length;
  }

  /** How the instance was at the last look, or null before the first. */
  findInstanceState(session: Session, instanceId: string): Promise<InstanceStateRow | null> {
    return session.manager.findOneBy(InstanceStateRow, { instanceId });
  }

  /** Where an agent is no more, nobody waits for its next report. */
  async forgetReports(tx: Transaction, nodeIds: readonly string[]): Promise<void> {
    await tx.manager.delete(Reading, { nodeId: In(nodeIds), source: 'push' });
  }

  /** @param rows with `evaluateAt` where there is news; null leaves that as it stands */
  async putInstanceStates(tx: Transaction, rows: readonly InstanceStateRow[]): Promise<void> {
    const values = rows.map((row) => INSTANCE_COLUMNS.map(([property]) => bound(row[property])));
    await eachRow(tx, PUT_INSTANCE_STATE, values);
  }

  /** Of a cluster that is forgotten only the history stays. */
  async forgetCluster(tx: Transaction, clusterId: string): Promise<void> {
    await tx.manager.delete(VoteStateRow, { clusterId });
  }
}
