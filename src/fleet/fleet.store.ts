import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { Arbiter, QnetdInstance } from '../arbiters/arbiter.entity.ts';
import { Cluster } from '../clusters/cluster.entity.ts';
import type { Finding } from '../core/finding.ts';
import type { JobState } from '../core/jobs/progress.ts';
import type { Presence } from '../core/quorum/presence.ts';
import { countsSince } from '../core/quorum/state-now.ts';
import type { State } from '../core/quorum/vote-state.ts';
import type { Instant } from '../core/time.ts';
import { Job } from '../jobs/job.entity.ts';
import type { Session } from '../platform/database/database.ts';
import { ownedBy, type Scope } from '../platform/database/scope.ts';
import { InstanceStateRow, VoteStateRow } from '../votes/vote.entity.ts';

export interface VoteCount {
  readonly state: State;
  readonly presence: Presence;
  readonly clusters: number;
}

export interface BadCluster {
  readonly clusterId: string;
  readonly name: string;
  readonly customerId: string;
  readonly state: State;
  readonly presence: Presence;
  /** Null where it was never judged. */
  readonly since: Instant | null;
  readonly findings: readonly Finding[];
  readonly lossesWithArbiter: number | null;
  readonly lossesWithoutArbiter: number | null;
}

export interface InstanceHealth {
  readonly instanceId: string;
  readonly instance: string;
  readonly arbiterId: string;
  readonly arbiter: string;
  /** Null before the first look. */
  readonly row: InstanceStateRow | null;
}

export interface JobCount {
  readonly kind: string;
  readonly state: JobState;
  readonly jobs: number;
}

/** A state whose views have stopped counting is unknown (invariant 21), as `stateNow` has it. */
const STATE_NOW = "CASE WHEN v.freshUntil >= :counts THEN v.state ELSE 'unknown' END";
const PRESENCE_NOW = "CASE WHEN v.freshUntil >= :counts THEN v.presence ELSE 'unknown' END";

/** Lost first, then an absent vote, then what nobody knows, then the rest. */
const BADNESS = `CASE ${STATE_NOW} WHEN 'lost' THEN 0 WHEN 'unknown' THEN 2 ELSE CASE v.presence WHEN 'absent' THEN 1 ELSE 3 END END`;

type Raw = Readonly<Record<string, string | number | null>>;

const numberOf = (value: string | number | null | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);

/** Figures over all clusters at once. */
@Injectable()
export class FleetStore {
  /** How many onboarded clusters there are by state and presence. */
  async voteCounts(session: Session, scope: Scope, now: Instant): Promise<VoteCount[]> {
    const rows = await this.onboarded(session, scope, now)
      .select(STATE_NOW, 'state_now')
      .addSelect(PRESENCE_NOW, 'presence_now')
      .addSelect('COUNT(*)', 'clusters')
      .groupBy('state_now')
      .addGroupBy('presence_now')
      .getRawMany<Raw>();
    return rows.map((row) => ({
      state: row['state_now'] as State,
      presence: row['presence_now'] as Presence,
      clusters: Number(row['clusters']),
    }));
  }

  /** The clusters that need somebody most; of equal ones those that have waited longest. */
  async worst(session: Session, scope: Scope, now: Instant, limit: number): Promise<BadCluster[]> {
    const rows = await this.onboarded(session, scope, now)
      .select('c.id', 'id')
      .addSelect('c.name', 'name')
      .addSelect('c.customerId', 'customer_id')
      .addSelect(STATE_NOW, 'state_now')
      .addSelect(PRESENCE_NOW, 'presence_now')
      .addSelect(BADNESS, 'badness')
      .addSelect('COALESCE(v.since, 0)', 'begun')
      .andWhere(`${STATE_NOW} <> 'ok'`)
      .orderBy('badness', 'ASC')
      .addOrderBy('begun', 'ASC')
      .addOrderBy('id', 'ASC')
      .limit(limit)
      .getRawMany<Raw>();
    const votes = await session.manager.findBy(VoteStateRow, { clusterId: In(rows.map(({ id }) => id)) });
    return rows.map((row) => badCluster(row, votes.find(({ clusterId }) => clusterId === row['id']) ?? null));
  }

  /** Every qnetd that serves, with how it was at the last look. */
  async instances(session: Session): Promise<InstanceHealth[]> {
    const instances = await session.manager.find(QnetdInstance, { where: { state: 'prepared' }, order: { id: 'ASC' } });
    const arbiters = new Map((await session.manager.find(Arbiter)).map(({ id, name }) => [id, name]));
    const states = new Map((await session.manager.find(InstanceStateRow)).map((row) => [row.instanceId, row]));
    return instances.map(({ id: instanceId, name: instance, arbiterId }) => ({
      ...{ instanceId, instance, arbiterId, arbiter: arbiters.get(arbiterId) ?? '' },
      row: states.get(instanceId) ?? null,
    }));
  }

  /** Jobs that have not ended, and those that wait for a person. */
  async openJobs(session: Session, scope: Scope): Promise<JobCount[]> {
    const query = session.manager
      .createQueryBuilder(Job, 'j')
      .select('j.kind', 'kind')
      .addSelect('j.state', 'state')
      .addSelect('COUNT(*)', 'jobs')
      .where({ state: In(['queued', 'running', 'frozen']), ...ownedBy(scope) });
    const rows = await query.groupBy('j.kind').addGroupBy('j.state').getRawMany<Raw>();
    return rows.map((row) => ({
      kind: String(row['kind']),
      state: row['state'] as JobState,
      jobs: Number(row['jobs']),
    }));
  }

  private onboarded(session: Session, scope: Scope, now: Instant) {
    return session.manager
      .createQueryBuilder(Cluster, 'c')
      .leftJoin(VoteStateRow, 'v', 'v.clusterId = c.id')
      .where({ state: 'onboarded', ...ownedBy(scope) })
      .setParameter('counts', countsSince(now));
  }
}

const badCluster = (row: Raw, vote: VoteStateRow | null): BadCluster => {
  const state = row['state_now'] as State;
  const isOnRecord = vote?.state === state;
  return {
    clusterId: String(row['id']),
    name: String(row['name']),
    customerId: String(row['customer_id']),
    ...{ state, presence: row['presence_now'] as Presence },
    since: isOnRecord ? vote.since : (vote?.freshUntil ?? null),
    findings: isOnRecord ? vote.findings : [],
    lossesWithArbiter: isOnRecord ? numberOf(vote.lossesWithArbiter) : null,
    lossesWithoutArbiter: isOnRecord ? numberOf(vote.lossesWithoutArbiter) : null,
  };
};
