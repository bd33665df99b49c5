import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { theJob } from '../core/audit/actor.ts';
import { usualProfile } from '../core/certificates/profile.ts';
import { parseSerialNumber } from '../core/certificates/serial.ts';
import { clientCommonName, SERVER_COMMON_NAME } from '../core/certificates/subject.ts';
import { validityAt } from '../core/certificates/validity.ts';
import { clusterName } from '../core/names.ts';
import { iso, type Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { sha256 } from '../platform/crypto/digest.ts';
import type { IssuedCertificate } from '../platform/crypto/issue.ts';
import { randomSerialNumber, randomUUIDv7 } from '../platform/crypto/random.ts';
import { readRequest } from '../platform/crypto/request.ts';
import { Database, type Transaction } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { Authorities, demanded } from './authorities.ts';
import type { Certificate, CertificateAuthority } from './certificate.entity.ts';
import { CertificatesStore } from './certificates.store.ts';

/** What a job orders for the key that one of its hosts made. */
export interface HostOrder {
  readonly purpose: 'server' | 'client';
  readonly instanceId: string;
  /** A cluster's name for a client; a server always has the one name that qdevice expects. */
  readonly commonName: string;
  readonly jobId: string;
  readonly customerId: string | null;
  readonly clusterId: string | null;
  readonly arbiterId: string;
  readonly hostId: string | null;
  readonly subject: string;
}

/** What is on record before a signature. */
type Reserved = Pick<Certificate, 'keySha256' | 'notBefore' | 'notAfter'>;

export interface IssuedPem {
  readonly pem: string;
  readonly sha256: string;
  readonly caPem: string;
}

@Injectable()
export class IssueCertificate {
  constructor(
    private readonly database: Database,
    private readonly certificates: CertificatesStore,
    private readonly authorities: Authorities,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Issues a certificate, or finds the one that this job already has for this host and this key.
   * @param requestBase64 PKCS#10 DER; only its public key is used
   * @returns the certificate's id
   * @throws HostRefusal when the request breaks a rule
   */
  async issue(order: HostOrder, requestBase64: string): Promise<string> {
    const authority = await this.authorities.ensure(order.instanceId, theJob(order.jobId));
    const issuer = await this.authorities.issuerOf(authority);
    const key = demanded(readRequest(Buffer.from(requestBase64, 'base64'), order.subject));
    const profile = usualProfile(order.purpose);
    const validity = demanded(validityAt(profile, this.clock.now(), issuer.validity));
    const reserved = await this.reserve(order, authority, { keySha256: sha256(key.spki), ...validity });
    if (reserved.state !== 'reserved') return reserved.id;
    const { notBefore, notAfter } = reserved;
    const signed = demanded(
      await issuer.issue(
        {
          serial: demanded(parseSerialNumber(reserved.serial)),
          commonName:
            order.purpose === 'server' ? SERVER_COMMON_NAME : clientCommonName(demanded(clusterName(order.commonName))),
          validity: { notBefore: notBefore ?? validity.notBefore, notAfter: notAfter ?? validity.notAfter },
          key,
        },
        profile,
      ),
    );
    await this.keep(order, reserved, signed);
    return reserved.id;
  }

  /**
   * Writes down serial, validity and key before anything is signed (invariant 16): whoever signs again after a death
   * signs the same. A key that is another one by then takes another serial.
   */
  private async reserve(order: HostOrder, authority: CertificateAuthority, what: Reserved): Promise<Certificate> {
    return this.database.write(async (tx) => {
      const existing = await this.certificates.ofJob(tx, EVERYTHING, order.jobId, order.hostId);
      if (existing?.keySha256 === what.keySha256) return existing;
      if (existing) await this.drop(tx, existing);
      const { purpose, jobId, customerId, clusterId, arbiterId } = order;
      const certificate: Certificate = {
        id: randomUUIDv7(),
        customerId,
        caId: authority.id,
        arbiterId,
        clusterId,
        nodeId: order.hostId,
        purpose,
        subject: `CN=${purpose === 'server' ? SERVER_COMMON_NAME : order.commonName}`,
        serial: randomSerialNumber(),
        state: 'reserved',
        pem: null,
        sha256: null,
        ...what,
        revokedAt: null,
        jobId,
        version: 1,
        createdAt: this.clock.now(),
      };
      await this.certificates.insert(tx, certificate);
      const { id: certificateId, caId, serial, subject } = certificate;
      await this.audit.record(tx, theJob(jobId), customerId, {
        kind: 'certificate.reserved',
        data: { certificateId, caId, serial, subject, purpose },
      });
      return certificate;
    });
  }

  private async keep(order: HostOrder, certificate: Certificate, signed: IssuedCertificate): Promise<void> {
    const { id: certificateId, serial, keySha256 } = certificate;
    const { pem, fingerprint, validity } = signed;
    await this.database.write(async (tx) => {
      await this.certificates.update(tx, { ...certificate, state: 'issued', pem, sha256: fingerprint });
      await this.audit.record(tx, theJob(order.jobId), order.customerId, {
        kind: 'certificate.issued',
        data: {
          certificateId,
          serial,
          sha256: fingerprint,
          keySha256: keySha256 ?? '',
          notAfter: iso(validity.notAfter),
        },
      });
    });
  }

  /** An issued certificate with its CA's, for the host that asked for it. */
  async issued(certificateId: string): Promise<IssuedPem> {
    const certificate = await this.certificates.find(this.database.read, EVERYTHING, certificateId);
    const authority = certificate && (await this.certificates.findAuthority(this.database.read, certificate.caId));
    if (!certificate?.pem || !certificate.sha256 || !authority)
      throw new Error(`certificate ${certificateId} was never issued`);
    return { pem: certificate.pem, sha256: certificate.sha256, caPem: authority.pem };
  }

  /** The change that wanted it was undone: it was removed from its host, and its key with it. */
  async discard(jobId: string, hostId: string | null): Promise<void> {
    await this.database.write(async (tx) => {
      const certificate = await this.certificates.ofJob(tx, EVERYTHING, jobId, hostId);
      if (certificate) await this.drop(tx, certificate);
    });
  }

  private async drop(tx: Transaction, certificate: Certificate): Promise<void> {
    await this.certificates.update(tx, { ...certificate, state: 'discarded' });
    const { id: certificateId, serial, customerId, jobId } = certificate;
    await this.audit.record(tx, theJob(jobId), customerId, {
      kind: 'certificate.discarded',
      data: { certificateId, serial },
    });
  }
}
