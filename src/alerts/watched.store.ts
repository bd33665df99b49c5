import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThanOrEqual, Not, type EntityTarget, type FindOptionsWhere } from 'typeorm';
import { Certificate } from '../certificates/certificate.entity.ts';
import type { AlertSubject } from '../core/alerts/symptom.ts';
import type { Instant } from '../core/time.ts';
import { Job } from '../jobs/job.entity.ts';
import type { Session, Transaction } from '../platform/database/database.ts';
import { InstanceStateRow, VoteStateRow } from '../votes/vote.entity.ts';

type Evaluated = VoteStateRow | InstanceStateRow;

/**
 * What alerts are drawn from, of all customers: the rows of states that say when they are to be weighed, the
 * certificates that end soon, and the jobs that wait for a person.
 */
@Injectable()
export class WatchedStore {
  async dueVotes(session: Session, now: Instant, limit: number): Promise<string[]> {
    const rows = await this.due(session, VoteStateRow, now, limit);
    return rows.map(({ clusterId }) => clusterId);
  }

  async dueInstances(session: Session, now: Instant, limit: number): Promise<string[]> {
    const rows = await this.due(session, InstanceStateRow, now, limit);
    return rows.map(({ instanceId }) => instanceId);
  }

  /**
   * Takes a row that is due until this transaction ends. Of two workers the second waits here, and then finds that the
   * row is due no more.
   */
  async claimVote(tx: Transaction, clusterId: string, now: Instant): Promise<boolean> {
    const taken = await tx.manager.update(VoteStateRow, { clusterId, evaluateAt: LessThanOrEqual(now) }, { clusterId });
    return taken.affected === 1;
  }

  async claimInstance(tx: Transaction, instanceId: string, now: Instant): Promise<boolean> {
    const due = { instanceId, evaluateAt: LessThanOrEqual(now) };
    const taken = await tx.manager.update(InstanceStateRow, due, { instanceId });
    return taken.affected === 1;
  }

  async settleVote(tx: Transaction, clusterId: string, evaluateAt: Instant | null): Promise<void> {
    await tx.manager.update(VoteStateRow, { clusterId }, { evaluateAt });
  }

  async settleInstance(tx: Transaction, instanceId: string, evaluateAt: Instant | null): Promise<void> {
    await tx.manager.update(InstanceStateRow, { instanceId }, { evaluateAt });
  }

  vote(session: Session, clusterId: string): Promise<VoteStateRow | null> {
    return session.manager.findOneBy(VoteStateRow, { clusterId });
  }

  instance(session: Session, instanceId: string): Promise<InstanceStateRow | null> {
    return session.manager.findOneBy(InstanceStateRow, { instanceId });
  }

  /** Has the votes weighed anew, of one customer or of all, and of all the instances too: a rule has changed. */
  async weighAnew(tx: Transaction, customerId: string | null, now: Instant): Promise<void> {
    const whose = customerId === null ? {} : { customerId };
    await tx.manager.update(VoteStateRow, { clusterId: Not(IsNull()), ...whose }, { evaluateAt: now });
    if (customerId === null)
      await tx.manager.update(InstanceStateRow, { instanceId: Not(IsNull()) }, { evaluateAt: now });
  }

  /** Of these subjects, those whose state is not watched any more. */
  async unwatched(session: Session, subjects: readonly AlertSubject[]): Promise<AlertSubject[]> {
    const watched = new Set<string>();
    // SQLite takes at most 32,766 values in one statement, PostgreSQL 65,535.
    for (let from = 0; from < subjects.length; from += 1_000) {
      const ids = In(subjects.slice(from, from + 1_000).map(({ id }) => id));
      const votes = await session.manager.find(VoteStateRow, {
        select: { clusterId: true },
        where: { clusterId: ids },
      });
      const instances = await session.manager.find(InstanceStateRow, {
        select: { instanceId: true },
        where: { instanceId: ids },
      });
      for (const { clusterId } of votes) watched.add(clusterId);
      for (const { instanceId } of instances) watched.add(instanceId);
    }
    return subjects.filter(({ id }) => !watched.has(id));
  }

  /** Whose installed certificates end before then: clusters by their nodes', arbiters by their qnetd's. */
  async endingCertificates(session: Session, before: Instant): Promise<AlertSubject[]> {
    const rows = await session.manager.find(Certificate, {
      select: { purpose: true, clusterId: true, arbiterId: true },
      where: { state: 'installed', notAfter: LessThanOrEqual(before) },
    });
    return rows.flatMap(({ purpose, clusterId, arbiterId }): AlertSubject[] => {
      if (purpose === 'server') return [{ kind: 'arbiter', id: arbiterId }];
      return clusterId === null ? [] : [{ kind: 'cluster', id: clusterId }];
    });
  }

  installedCertificates(session: Session, { kind, id }: AlertSubject): Promise<Certificate[]> {
    return session.manager.find(Certificate, {
      where: {
        state: 'installed',
        ...(kind === 'arbiter' ? { arbiterId: id, purpose: 'server' } : { clusterId: id, purpose: 'client' }),
      },
      order: { id: 'ASC' },
    });
  }

  async frozenJobs(session: Session): Promise<string[]> {
    const rows = await session.manager.find(Job, { select: { id: true }, where: { state: 'frozen' } });
    return rows.map(({ id }) => id);
  }

  job(session: Session, id: string): Promise<Job | null> {
    return session.manager.findOneBy(Job, { id });
  }

  private due<T extends Evaluated>(
    session: Session,
    entity: EntityTarget<T>,
    now: Instant,
    limit: number,
  ): Promise<T[]> {
    return session.manager.find<T>(entity, {
      where: { evaluateAt: LessThanOrEqual(now) } as FindOptionsWhere<T>,
      order: { evaluateAt: 'ASC' } as never,
      take: limit,
    });
  }
}
