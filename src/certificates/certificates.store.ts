import { Injectable } from '@nestjs/common';
import { IsNull, LessThan, MoreThan, Not, type FindOptionsWhere } from 'typeorm';
import type { Instant } from '../core/time.ts';
import type { Session, Transaction } from '../platform/database/database.ts';
import { insertRows } from '../platform/database/rows.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import { covers, ownedBy, type Scope } from '../platform/database/scope.ts';
import { Certificate, CertificateAuthority, type CertificateState } from './certificate.entity.ts';

export interface CertificateFilter {
  readonly clusterId?: string | undefined;
  readonly expiresBefore?: Instant | undefined;
  readonly state?: CertificateState | undefined;
}

@Injectable()
export class CertificatesStore {
  async find(session: Session, scope: Scope, id: string): Promise<Certificate | null> {
    const certificate = await session.manager.findOneBy(Certificate, { id });
    return certificate && covers(scope, certificate.customerId) ? certificate : null;
  }

  page(session: Session, scope: Scope, filter: CertificateFilter, request: PageRequest): Promise<Page<Certificate>> {
    const where: FindOptionsWhere<Certificate> = {
      ...(filter.clusterId === undefined ? {} : { clusterId: filter.clusterId }),
      ...(filter.state === undefined ? {} : { state: filter.state }),
      ...(filter.expiresBefore === undefined ? {} : { notAfter: LessThan(filter.expiresBefore) }),
      ...ownedBy(scope),
    };
    return findPage(session.manager, Certificate, where, request);
  }

  /** What one job has for one host, unless it was discarded. */
  ofJob(session: Session, scope: Scope, jobId: string, nodeId: string | null): Promise<Certificate | null> {
    return session.manager.findOneBy(Certificate, {
      jobId,
      nodeId: nodeId ?? IsNull(),
      state: Not('discarded'),
      ...ownedBy(scope),
    });
  }

  allOfJob(session: Session, scope: Scope, jobId: string): Promise<Certificate[]> {
    return session.manager.findBy(Certificate, { jobId, state: Not('discarded'), ...ownedBy(scope) });
  }

  /** The certificates that a cluster's nodes show qnetd. */
  installedOf(session: Session, scope: Scope, clusterId: string): Promise<Certificate[]> {
    return session.manager.find(Certificate, {
      where: { clusterId, purpose: 'client', state: 'installed', ...ownedBy(scope) },
      order: { id: 'ASC' },
    });
  }

  /** The certificates that an arbiter has to refuse, since their time is not over by itself. */
  refusedBy(session: Session, scope: Scope, arbiterId: string, now: Instant): Promise<Certificate[]> {
    return session.manager.find(Certificate, {
      where: { arbiterId, state: 'revoked', notAfter: MoreThan(now), ...ownedBy(scope) },
      order: { id: 'ASC' },
    });
  }

  async insert(tx: Transaction, certificate: Certificate): Promise<void> {
    await insertRows(tx, Certificate, certificate);
  }

  async update(tx: Transaction, certificate: Certificate): Promise<void> {
    const { id, ...columns } = certificate;
    await tx.manager.update(Certificate, { id }, { ...columns, version: certificate.version + 1 });
  }

  findAuthority(session: Session, id: string): Promise<CertificateAuthority | null> {
    return session.manager.findOneBy(CertificateAuthority, { id });
  }

  /** The newest generation of an instance's CA. */
  authorityOf(session: Session, instanceId: string): Promise<CertificateAuthority | null> {
    return session.manager.findOne(CertificateAuthority, { where: { instanceId }, order: { generation: 'DESC' } });
  }

  async insertAuthority(tx: Transaction, authority: CertificateAuthority): Promise<void> {
    await insertRows(tx, CertificateAuthority, authority);
  }
}
