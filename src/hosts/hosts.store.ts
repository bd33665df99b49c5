import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan, type FindOptionsWhere } from 'typeorm';
import type { Session, Transaction } from '../platform/database/database.ts';
import { insertRows } from '../platform/database/rows.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import { covers, ownedBy, type Scope } from '../platform/database/scope.ts';
import { HostKey } from './host-key.entity.ts';
import { SshCredential } from './ssh-credential.entity.ts';

/** SSH credentials and host keys, each within a scope. */
@Injectable()
export class HostsStore {
  async findCredential(session: Session, scope: Scope, id: string): Promise<SshCredential | null> {
    const credential = await session.manager.findOneBy(SshCredential, { id });
    return credential && covers(scope, credential.customerId) ? credential : null;
  }

  pageOfCredentials(session: Session, scope: Scope, request: PageRequest): Promise<Page<SshCredential>> {
    return findPage(session.manager, SshCredential, ownedBy(scope), request);
  }

  async insertCredential(tx: Transaction, credential: SshCredential): Promise<void> {
    await insertRows(tx, SshCredential, credential);
  }

  async findHostKey(session: Session, scope: Scope, id: string): Promise<HostKey | null> {
    const hostKey = await session.manager.findOneBy(HostKey, { id });
    return hostKey && covers(scope, hostKey.customerId) ? hostKey : null;
  }

  pageOfHostKeys(
    session: Session,
    scope: Scope,
    status: HostKey['status'] | undefined,
    request: PageRequest,
  ): Promise<Page<HostKey>> {
    const where: FindOptionsWhere<HostKey> = { ...(status === undefined ? {} : { status }), ...ownedBy(scope) };
    return findPage(session.manager, HostKey, where, request);
  }

  /** Host keys that were never read, because the host could not be reached when it was registered. */
  /** @param after the id after which to go on, or an empty text for the first */
  unreadHostKeys(session: Session, after: string, limit: number): Promise<HostKey[]> {
    const where = { fingerprint: IsNull(), id: MoreThan(after) };
    return session.manager.find(HostKey, { where, order: { id: 'ASC' }, take: limit });
  }

  async insertHostKey(tx: Transaction, hostKey: HostKey): Promise<void> {
    await insertRows(tx, HostKey, hostKey);
  }

  /** @returns false when the row no longer has the version that the change was made on */
  async updateHostKey(tx: Transaction, hostKey: HostKey, expectedVersion: number): Promise<boolean> {
    const { id, status, fingerprint, seenAt, confirmedAt, version } = hostKey;
    const result = await tx.manager.update(
      HostKey,
      { id, version: expectedVersion },
      { status, fingerprint, seenAt, confirmedAt, version },
    );
    return result.affected === 1;
  }

  async deleteHostKey(tx: Transaction, id: string): Promise<void> {
    await tx.manager.delete(HostKey, { id });
  }
}
