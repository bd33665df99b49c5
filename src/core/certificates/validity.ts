import { error, fail, succeed, warning, type Result } from '../finding.ts';
import { instant, iso, plus, SECOND_MS, type Instant } from '../time.ts';
import type { Profile } from './profile.ts';

/** The time a certificate is valid, in whole seconds, both ends included (RFC 5280, 4.1.2.5). */
export interface Validity {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

const wholeSecond = (at: Instant): Instant => instant(Math.floor(at / SECOND_MS) * SECOND_MS);

/**
 * The validity of a certificate made now: from an hour ago, for the profile's lifetime.
 * It ends with its issuer at the latest, as a chain is worth nothing after its shortest part.
 * @param issuer the validity of the CA that signs, or null for a CA that signs itself
 * @returns the validity, with the warning `shortened_to_issuer` when the CA ends first;
 *   or `issuer_not_valid` when the CA is not valid now, or not yet at the certificate's beginning
 */
export const validityAt = (profile: Profile, now: Instant, issuer: Validity | null): Result<Validity> => {
  const notBefore = wholeSecond(plus(now, -profile.backdateMs));
  const notAfter = plus(notBefore, profile.lifetimeMs - SECOND_MS);
  if (issuer === null) return succeed({ notBefore, notAfter });
  if (now < issuer.notBefore || now >= issuer.notAfter) {
    return fail(
      error('issuer_not_valid', 'certificateAuthority', 'The CA is not valid now. Make its next generation first.', {
        notBefore: iso(issuer.notBefore),
        notAfter: iso(issuer.notAfter),
      }),
    );
  }
  const begun = issuer.notBefore > notBefore ? issuer.notBefore : notBefore;
  if (notAfter <= issuer.notAfter) return succeed({ notBefore: begun, notAfter });
  return succeed({ notBefore: begun, notAfter: issuer.notAfter }, [
    warning(
      'shortened_to_issuer',
      'certificateAuthority',
      'The certificate ends with its CA, before its profile says. Make the next generation of the CA.',
      { notAfter: iso(issuer.notAfter), wanted: iso(notAfter) },
    ),
  ]);
};

/** When to renew: at two thirds of the life, the rule of cert-manager (`pkg/util/pki/renewaltime.go`). */
export const renewalTime = ({ notBefore, notAfter }: Validity): Instant =>
  wholeSecond(plus(notBefore, ((notAfter - notBefore) * 2) / 3));

export type LifeStage = 'not-yet-valid' | 'valid' | 'renewal-due' | 'expired';

/** Where in its life a certificate stands. */
export const lifeStage = (validity: Validity, now: Instant): LifeStage => {
  if (now < validity.notBefore) return 'not-yet-valid';
  if (now > plus(validity.notAfter, SECOND_MS - 1)) return 'expired';
  return now >= renewalTime(validity) ? 'renewal-due' : 'valid';
};
