import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { Session, Transaction } from '../platform/database/database.ts';
import { insertRows } from '../platform/database/rows.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import type { Scope } from '../platform/database/scope.ts';
import { Arbiter, QnetdInstance } from './arbiter.entity.ts';

/** Arbiters are the MSP's own: inside one customer's scope there are none. */
@Injectable()
export class ArbitersStore {
  async find(session: Session, scope: Scope, id: string): Promise<Arbiter | null> {
    return scope.kind === 'all' ? session.manager.findOneBy(Arbiter, { id }) : null;
  }

  async page(session: Session, scope: Scope, request: PageRequest): Promise<Page<Arbiter>> {
    return scope.kind === 'all' ? findPage(session.manager, Arbiter, {}, request) : { items: [], next: null };
  }

  async insert(tx: Transaction, arbiter: Arbiter, instance: QnetdInstance): Promise<void> {
    await insertRows(tx, Arbiter, arbiter);
    await insertRows(tx, QnetdInstance, instance);
  }

  /** Marks the arbiter as being changed by a job. @returns false when another job has it */
  async occupy(tx: Transaction, id: string, jobId: string): Promise<boolean> {
    const result = await tx.manager.update(Arbiter, { id, jobId: IsNull() }, { jobId });
    return result.affected === 1;
  }

  /** The arbiter as it stands until this transaction ends: no job may begin to change it meanwhile. */
  async findForUse(tx: Transaction, id: string): Promise<Arbiter | null> {
    await tx.manager.update(Arbiter, { id }, { id });
    return tx.manager.findOneBy(Arbiter, { id });
  }

  async release(tx: Transaction, id: string, jobId: string): Promise<void> {
    await tx.manager.update(Arbiter, { id, jobId }, { jobId: null });
  }

  instancesOf(session: Session, scope: Scope, arbiterId: string): Promise<QnetdInstance[]> {
    if (scope.kind !== 'all') return Promise.resolve([]);
    return session.manager.find(QnetdInstance, { where: { arbiterId }, order: { id: 'ASC' } });
  }

  findInstance(session: Session, id: string): Promise<QnetdInstance | null> {
    return session.manager.findOneBy(QnetdInstance, { id });
  }

  /** The instances that serve, of all arbiters: those whose view of the votes is worth asking for. */
  preparedInstances(session: Session): Promise<QnetdInstance[]> {
    return session.manager.find(QnetdInstance, { where: { state: 'prepared' }, order: { id: 'ASC' } });
  }

  async updateInstance(tx: Transaction, instance: QnetdInstance): Promise<void> {
    const { id, ...columns } = instance;
    await tx.manager.update(QnetdInstance, { id }, columns);
  }
}
