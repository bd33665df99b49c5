import { Injectable } from '@nestjs/common';
import { In, MoreThan } from 'typeorm';
import { Arbiter, QnetdInstance } from '../arbiters/arbiter.entity.ts';
import { Certificate, CertificateAuthority } from '../certificates/certificate.entity.ts';
import { Cluster } from '../clusters/cluster.entity.ts';
import { instant, type Instant } from '../core/time.ts';
import { Customer } from '../customers/customer.entity.ts';
import { Freeze } from '../freeze/freeze.entity.ts';
import type { Session } from '../platform/database/database.ts';
import { Reading, VoteStateRow } from '../votes/vote.entity.ts';

/** A cluster with everything that its series tell. */
export interface ClusterFigures {
  readonly clusterId: string;
  readonly cluster: string;
  readonly customer: string;
  readonly arbiter: string;
  readonly vote: VoteStateRow | null;
  /** When the newest of its certificates to end does so. */
  readonly certificateEnds: Instant | null;
  /** The newest look at its nodes by source. */
  readonly looks: readonly { readonly source: string; readonly at: Instant }[];
}

export interface OwnCertificate {
  readonly purpose: 'server' | 'ca';
  readonly arbiter: string;
  readonly instance: string;
  readonly notAfter: Instant;
}

type Raw = Readonly<Record<string, string | number>>;

/** What the metrics tell of each cluster, read in pages, so that others get their turn between them. */
@Injectable()
export class SeriesStore {
  /** The onboarded clusters after this one, by their ids. */
  async clusters(session: Session, after: string, limit: number): Promise<ClusterFigures[]> {
    const clusters = await session.manager.find(Cluster, {
      select: { id: true, name: true, customerId: true, arbiterId: true },
      where: { state: 'onboarded', id: MoreThan(after) },
      order: { id: 'ASC' },
      take: limit,
    });
    const ids = clusters.map(({ id }) => id);
    const customers = await this.customers(session, clusters);
    const arbiters = await this.arbiters(session);
    const votes = new Map((await this.votes(session, ids)).map((row) => [row.clusterId, row]));
    const ends = await this.certificateEnds(session, ids);
    const looks = await this.looks(session, ids);
    return clusters.map(({ id, name, customerId, arbiterId }) => ({
      ...{ clusterId: id, cluster: name },
      customer: customers.get(customerId) ?? '',
      arbiter: arbiters.get(arbiterId) ?? '',
      vote: votes.get(id) ?? null,
      certificateEnds: ends.get(id) ?? null,
      looks: looks.get(id) ?? [],
    }));
  }

  /** The certificates that qnetd shows, and those of the CAs behind them. */
  async ownCertificates(session: Session): Promise<OwnCertificate[]> {
    const arbiters = await this.arbiters(session);
    const instances = await session.manager.find(QnetdInstance, { where: { state: 'prepared' } });
    const servers = await session.manager.find(Certificate, {
      select: { id: true, notAfter: true },
      where: { id: In(instances.flatMap(({ serverCertificateId }) => serverCertificateId ?? [])) },
    });
    const authorities = await session.manager.find(CertificateAuthority, {
      select: { id: true, notAfter: true },
      where: { id: In(instances.flatMap(({ caId }) => caId ?? [])) },
    });
    const ends = new Map([...servers, ...authorities].map(({ id, notAfter }) => [id, notAfter]));
    return instances.flatMap(({ name: instance, arbiterId, serverCertificateId, caId }) =>
      [['server', serverCertificateId] as const, ['ca', caId] as const].flatMap(([purpose, id]) => {
        const notAfter = ends.get(id ?? '') ?? null;
        return notAfter === null ? [] : [{ purpose, arbiter: arbiters.get(arbiterId) ?? '', instance, notAfter }];
      }),
    );
  }

  async isFrozen(session: Session): Promise<boolean> {
    return (await session.manager.countBy(Freeze, { frozen: true })) > 0;
  }

  private async arbiters(session: Session): Promise<ReadonlyMap<string, string>> {
    const rows = await session.manager.find(Arbiter, { select: { id: true, name: true } });
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  private async customers(session: Session, clusters: readonly Cluster[]): Promise<ReadonlyMap<string, string>> {
    const ids = [...new Set(clusters.map(({ customerId }) => customerId))];
    const rows = await session.manager.find(Customer, { select: { id: true, name: true }, where: { id: In(ids) } });
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** Without the findings, which would be the bulk of it. */
  private votes(session: Session, ids: readonly string[]): Promise<VoteStateRow[]> {
    const select = {
      ...{ clusterId: true, state: true, presence: true, since: true, freshUntil: true },
      ...{ lossesWithArbiter: true, lossesWithoutArbiter: true },
    } as const;
    return session.manager.find(VoteStateRow, { select, where: { clusterId: In(ids) } });
  }

  private async certificateEnds(session: Session, ids: readonly string[]): Promise<ReadonlyMap<string, Instant>> {
    const rows = await session.manager
      .createQueryBuilder(Certificate, 'k')
      .select('k.clusterId', 'cluster')
      .addSelect('MIN(k.notAfter)', 'ends')
      .where({ clusterId: In(ids), state: 'installed', purpose: 'client' })
      .groupBy('k.clusterId')
      .getRawMany<Raw>();
    return new Map(rows.map((row) => [String(row['cluster']), instant(Number(row['ends']))]));
  }

  private async looks(session: Session, ids: readonly string[]): Promise<ReadonlyMap<string, ClusterFigures['looks']>> {
    const rows = await session.manager
      .createQueryBuilder(Reading, 'r')
      .select('r.clusterId', 'cluster')
      .addSelect('r.source', 'source')
      .addSelect('MAX(r.lastAt)', 'newest')
      .where({ clusterId: In(ids) })
      .groupBy('r.clusterId')
      .addGroupBy('r.source')
      .getRawMany<Raw>();
    return Map.groupBy(
      rows.map((row) => ({
        ...{ cluster: String(row['cluster']), source: String(row['source']) },
        at: instant(Number(row['newest'])),
      })),
      ({ cluster }) => cluster,
    );
  }
}
