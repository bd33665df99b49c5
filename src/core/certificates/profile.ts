import { error, fail, succeed, type Result } from '../finding.ts';
import { DAY_MS, HOUR_MS } from '../time.ts';

/** `ca` signs for one qnetd instance, `server` is qnetd's own certificate, `client` is a node's. */
export type CertificateKind = 'ca' | 'server' | 'client';
export type KeyFamily = 'rsa' | 'ec';
/** The bits of RFC 5280, 4.2.1.3 that we ever set. */
export type KeyUsage = 'digitalSignature' | 'keyEncipherment' | 'keyCertSign' | 'cRLSign';

/** What a person may choose about the certificates of one kind. */
export interface ProfileConfig {
  readonly kind: CertificateKind;
  readonly validityDays: number;
}

/** A checked ProfileConfig: everything about a certificate that does not come from the order itself. */
export interface Profile {
  readonly kind: CertificateKind;
  readonly lifetimeMs: number;
  readonly backdateMs: number;
  /** Object identifier of the one extended key usage (RFC 5280, 4.2.1.12), or null for a CA. */
  readonly extendedKeyUsage: string | null;
  readonly __brand: 'Profile';
}

interface KindRules {
  readonly validityDays: { readonly min: number; readonly max: number; readonly usual: number };
  readonly extendedKeyUsage: string | null;
}

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/*
 * At least a week, because renewal is due at two thirds of the life, and the third that is left must outlast a weekend
 * without anybody at work. At most 825 days for what daemons present (once the CA/Browser Forum's own bound); a CA
 * lives longer, so that it is rolled over rarely.
 */
const rules: Readonly<Record<CertificateKind, KindRules>> = {
  ca: { validityDays: { min: 365, max: 7_300, usual: 3_650 }, extendedKeyUsage: null },
  server: { validityDays: { min: 7, max: 825, usual: 825 }, extendedKeyUsage: SERVER_AUTH },
  client: { validityDays: { min: 7, max: 825, usual: 365 }, extendedKeyUsage: CLIENT_AUTH },
};

/** Clocks differ, and nothing is forgiven before notBefore by OpenSSL, while NSS forgives a day (`CERT_CheckCertValidTimes`). */
const BACKDATE_MS = HOUR_MS;

/**
 * Makes a profile of what was configured.
 * @returns the profile, or `invalid_validity` when the days are no whole number within the kind's bounds
 */
export const certificateProfile = ({ kind, validityDays }: ProfileConfig): Result<Profile> => {
  const { validityDays: days, extendedKeyUsage } = rules[kind];
  if (!Number.isInteger(validityDays) || validityDays < days.min || validityDays > days.max) {
    return fail(
      error('invalid_validity', kind, `A ${kind} certificate is valid for ${days.min} to ${days.max} whole days.`, {
        validityDays,
        min: days.min,
        max: days.max,
      }),
    );
  }
  const profile = { kind, lifetimeMs: validityDays * DAY_MS, backdateMs: BACKDATE_MS, extendedKeyUsage };
  return succeed(profile as Profile);
};

/** The profile of a kind for which nobody chose otherwise: CA 10 years, server 825 days, client a year. */
export const usualProfile = (kind: CertificateKind): Profile => {
  const made = certificateProfile({ kind, validityDays: rules[kind].validityDays.usual });
  if (!made.ok) throw new Error(`the usual ${kind} profile breaks its own bounds`);
  return made.value;
};

/**
 * What the key may be used for. An RSA server key may also encipher keys, as TLS 1.2's RSA key exchange needs;
 * a client only ever signs: without digitalSignature qnetd refuses it (NSS error -8102, measured on Debian 12).
 */
export const keyUsages = (kind: CertificateKind, family: KeyFamily): readonly KeyUsage[] => {
  if (kind === 'ca') return ['keyCertSign', 'cRLSign'];
  return kind === 'server' && family === 'rsa' ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'];
};
