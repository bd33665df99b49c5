import type { CertificateOrder, SubjectKey } from '../../../src/core/certificates/order.ts';
import { usualProfile, type CertificateKind, type Profile } from '../../../src/core/certificates/profile.ts';
import { clientCommonName, SERVER_COMMON_NAME } from '../../../src/core/certificates/subject.ts';
import { validityAt } from '../../../src/core/certificates/validity.ts';
import type { Result } from '../../../src/core/finding.ts';
import { clusterName } from '../../../src/core/names.ts';
import { instant, type Instant } from '../../../src/core/time.ts';
import { createCa, orderCa } from '../../../src/platform/crypto/ca.ts';
import { openIssuer, type IssuedCertificate, type Issuer } from '../../../src/platform/crypto/issue.ts';
import { generateKeys, type KeyKind } from '../../../src/platform/crypto/keys.ts';
import { randomSerialNumber, randomUUIDv7 } from '../../../src/platform/crypto/random.ts';
import { localSigner, type Signer } from '../../../src/platform/crypto/signer.ts';

/** The value, or an error that tells the findings. */
export const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.findings.map(({ code, message }) => `${code}: ${message}`).join('; '));
  return result.value;
};

export interface TestAuthority {
  readonly now: Instant;
  readonly signer: Signer;
  readonly ca: IssuedCertificate;
  readonly issuer: Issuer;
  profile(kind: CertificateKind): Profile;
}

/** A CA with a fresh key, made as the service makes it. The real hour, as openssl and certutil look at the real clock. */
export const makeAuthority = async (kind: KeyKind, now: Instant = instant(Date.now())): Promise<TestAuthority> => {
  const signer = must(localSigner((await generateKeys(kind)).privateKeyPem));
  const profile = usualProfile('ca');
  const generation = { instanceId: randomUUIDv7(), generation: 1 };
  const order = must(orderCa(generation, profile, signer, { now, serial: randomSerialNumber() }));
  const ca = must(await createCa(order, profile, signer));
  return { now, signer, ca, issuer: must(openIssuer(ca.der, signer)), profile: usualProfile };
};

/** An order of a certificate for the cluster `lab1`, or for the server. */
export const orderFor = (authority: TestAuthority, kind: 'server' | 'client', key: SubjectKey): CertificateOrder => ({
  serial: randomSerialNumber(),
  commonName: kind === 'server' ? SERVER_COMMON_NAME : clientCommonName(must(clusterName('lab1'))),
  validity: must(validityAt(authority.profile(kind), authority.now, authority.issuer.validity)),
  key,
});
