import type { CertificateOrder } from '../../core/certificates/order.ts';
import type { Profile } from '../../core/certificates/profile.ts';
import type { SerialNumber } from '../../core/certificates/serial.ts';
import { caCommonName } from '../../core/certificates/subject.ts';
import { validityAt } from '../../core/certificates/validity.ts';
import { error, fail, succeed, type Result } from '../../core/finding.ts';
import type { Instant } from '../../core/time.ts';
import { issueSelfSigned, type IssuedCertificate } from './issue.ts';
import { acceptPublicKey } from './public-key.ts';
import type { Signer } from './signer.ts';

/** One generation of the CA of one qnetd instance. */
export interface CaGeneration {
  readonly instanceId: string;
  readonly generation: number;
}

/**
 * Orders the CA of an instance's generation: what is to be recorded before `createCa` signs it.
 * @param profile of kind `ca`
 * @param now the time of the order
 */
export const orderCa = (
  { instanceId, generation }: CaGeneration,
  profile: Profile,
  signer: Signer,
  at: { readonly now: Instant; readonly serial: SerialNumber },
): Result<CertificateOrder> => {
  if (profile.kind !== 'ca')
    return fail(error('order_kind_refused', 'certificateAuthority', 'This is no profile of a CA.'));
  const commonName = caCommonName(instanceId, generation);
  const validity = validityAt(profile, at.now, null);
  const key = acceptPublicKey(signer.publicKeySpki, 'certificateAuthority');
  if (!commonName.ok) return commonName;
  if (!validity.ok) return validity;
  if (!key.ok) return key;
  return succeed({ serial: at.serial, commonName: commonName.value, validity: validity.value, key: key.value });
};

/** Makes the self-signed certificate that was ordered. Fails as `Issuer.issue` does. */
export const createCa = (
  order: CertificateOrder,
  profile: Profile,
  signer: Signer,
): Promise<Result<IssuedCertificate>> => issueSelfSigned(order, profile, signer);
