import { Injectable } from '@nestjs/common';
import { ArbitersStore } from '../../arbiters/arbiters.store.ts';
import type { Certificate } from '../../certificates/certificate.entity.ts';
import { ClustersStore } from '../../clusters/clusters.store.ts';
import { certificateSymptoms, SOON_MS, type InstalledCertificate } from '../../core/alerts/certificate-symptoms.ts';
import type { AlertRuleName } from '../../core/alerts/rule.ts';
import type { AlertSubject } from '../../core/alerts/symptom.ts';
import type { Presence } from '../../core/quorum/presence.ts';
import { MINUTE_MS, plus, type Instant } from '../../core/time.ts';
import type { Session } from '../../platform/database/database.ts';
import { EVERYTHING } from '../../platform/database/scope.ts';
import type { AlertSource, Look } from '../alert-source.ts';
import { AlertsStore } from '../alerts.store.ts';
import { WatchedStore } from '../watched.store.ts';

/** Certificates change only by jobs and with time, and a day is nothing to them: they are asked for by their end. */
@Injectable()
export class CertificatesSource implements AlertSource {
  readonly everyMs = 5 * MINUTE_MS;
  readonly rules: readonly AlertRuleName[] = ['certificate_expired', 'certificate_ends_soon'];

  constructor(
    private readonly watched: WatchedStore,
    private readonly alerts: AlertsStore,
    private readonly clusters: ClustersStore,
    private readonly arbiters: ArbitersStore,
  ) {}

  async due(session: Session, now: Instant): Promise<readonly AlertSubject[]> {
    const ending = await this.watched.endingCertificates(session, plus(now, SOON_MS));
    const subjects = [...ending, ...(await this.alerts.troubled(session, this.rules))];
    return [...new Map(subjects.map((subject) => [`${subject.kind} ${subject.id}`, subject])).values()];
  }

  look(session: Session, subject: AlertSubject, now: Instant): Promise<Look | null> {
    return subject.kind === 'arbiter' ? this.ofArbiter(session, subject, now) : this.ofCluster(session, subject, now);
  }

  private async ofCluster(session: Session, subject: AlertSubject, now: Instant): Promise<Look | null> {
    const cluster = await this.clusters.find(session, EVERYTHING, subject.id);
    if (!cluster) return null;
    const hosts = new Map(cluster.nodes.map(({ id, address }) => [id, address]));
    const installed = installedOf(await this.watched.installedCertificates(session, subject), hosts);
    const vote = await this.watched.vote(session, cluster.id);
    const symptoms = certificateSymptoms(
      { owner: `Cluster ${cluster.name}`, installed, voteStands: standsBy(vote?.presence) },
      now,
    );
    const { customerId, arbiterId } = cluster;
    return { customerId, clusterId: cluster.id, arbiterId, jobId: null, symptoms };
  }

  private async ofArbiter(session: Session, subject: AlertSubject, now: Instant): Promise<Look | null> {
    const arbiter = await this.arbiters.find(session, EVERYTHING, subject.id);
    if (!arbiter) return null;
    const hosts = new Map([[arbiter.id, arbiter.name]]);
    const installed = installedOf(await this.watched.installedCertificates(session, subject), hosts);
    const symptoms = certificateSymptoms({ owner: `Arbiter ${arbiter.name}`, installed, voteStands: null }, now);
    return { customerId: null, clusterId: null, arbiterId: arbiter.id, jobId: null, symptoms };
  }
}

const standsBy = (presence: Presence | undefined): boolean | null =>
  presence === undefined || presence === 'unknown' ? null : presence !== 'absent';

const installedOf = (
  certificates: readonly Certificate[],
  hosts: ReadonlyMap<string, string>,
): InstalledCertificate[] =>
  certificates.flatMap(({ serial, subject, nodeId, notBefore, notAfter }) =>
    notBefore === null || notAfter === null
      ? []
      : [{ serial, notBefore, notAfter, host: hosts.get(nodeId ?? '') ?? subject }],
  );
