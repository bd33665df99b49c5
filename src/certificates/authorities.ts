import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import type { Actor } from '../core/audit/actor.ts';
import { usualProfile } from '../core/certificates/profile.ts';
import type { Result } from '../core/finding.ts';
import { iso, type Clock } from '../core/time.ts';
import { HostRefusal } from '../hosts/host-session.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { createCa, orderCa } from '../platform/crypto/ca.ts';
import { openIssuer, type Issuer } from '../platform/crypto/issue.ts';
import { Keyring } from '../platform/crypto/kek.ts';
import { generateKeys } from '../platform/crypto/keys.ts';
import { decodePem } from '../platform/crypto/pem.ts';
import { randomSerialNumber, randomUUIDv7 } from '../platform/crypto/random.ts';
import { seal, unseal } from '../platform/crypto/sealing.ts';
import { localSigner } from '../platform/crypto/signer.ts';
import { Database } from '../platform/database/database.ts';
import type { CertificateAuthority } from './certificate.entity.ts';
import { CertificatesStore } from './certificates.store.ts';

/** The value of a result whose failure would be a fault of ours or of the stored data, told as a refusal. */
export const demanded = <T>(result: Result<T>): T => {
  if (result.ok) return result.value;
  const [finding] = result.findings;
  if (!finding) throw new Error('a failure without a finding');
  throw new HostRefusal(finding);
};

const keyPlace = (id: string) => ({ table: 'certificate_authorities', column: 'sealed_private_key', id });
const CA_PROFILE = usualProfile('ca');

/** The CAs of the qnetd instances. Their keys are sealed in the database and open only here. */
@Injectable()
export class Authorities {
  private readonly issuers = new Map<string, Promise<Issuer>>();

  constructor(
    private readonly database: Database,
    private readonly certificates: CertificatesStore,
    private readonly audit: AuditStore,
    private readonly keyring: Keyring,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The CA of an instance, made when it has none yet: P-256, self-signed, its key sealed and bound to its row. */
  async ensure(instanceId: string, actor: Actor): Promise<CertificateAuthority> {
    const existing = await this.certificates.authorityOf(this.database.read, instanceId);
    if (existing) return existing;
    const authority = await this.make(instanceId);
    return this.database.write(async (tx) => {
      const meanwhile = await this.certificates.authorityOf(tx, instanceId);
      if (meanwhile) return meanwhile;
      await this.certificates.insertAuthority(tx, authority);
      const { id: caId, subject, sha256, notAfter } = authority;
      await this.audit.record(tx, actor, null, {
        kind: 'ca.created',
        data: { caId, instanceId, subject, sha256, notAfter: iso(notAfter) },
      });
      return authority;
    });
  }

  private async make(instanceId: string): Promise<CertificateAuthority> {
    const id = randomUUIDv7();
    const keys = await generateKeys('p256');
    const signer = demanded(localSigner(keys.privateKeyPem));
    const now = this.clock.now();
    const order = demanded(
      orderCa({ instanceId, generation: 1 }, CA_PROFILE, signer, { now, serial: randomSerialNumber() }),
    );
    const issued = demanded(await createCa(order, CA_PROFILE, signer));
    return {
      id,
      instanceId,
      generation: 1,
      subject: `CN=${order.commonName}`,
      sealedPrivateKey: seal(keys.privateKeyPem, keyPlace(id), this.keyring),
      pem: issued.pem,
      sha256: issued.fingerprint,
      notBefore: issued.validity.notBefore,
      notAfter: issued.validity.notAfter,
      createdAt: now,
    };
  }

  /** The CA ready to sign. Opened once: what it holds afterwards is a key object, not the key's text. */
  issuerOf(authority: CertificateAuthority): Promise<Issuer> {
    const open = this.issuers.get(authority.id) ?? this.open(authority);
    this.issuers.set(authority.id, open);
    open.catch(() => this.issuers.delete(authority.id));
    return open;
  }

  private async open(authority: CertificateAuthority): Promise<Issuer> {
    const privateKey = demanded(unseal(authority.sealedPrivateKey, keyPlace(authority.id), this.keyring));
    const der = demanded(decodePem(authority.pem, ['CERTIFICATE'], authority.subject));
    return Promise.resolve(demanded(openIssuer(der, demanded(localSigner(privateKey)))));
  }
}
