import { lifeStage, type Validity } from '../certificates/validity.ts';
import { error, warning, type Finding } from '../finding.ts';
import { DAY_MS, instant, iso, plus, type Instant } from '../time.ts';
import { bad, type Symptom } from './symptom.ts';

/** A certificate that stands in a live NSS database. */
export interface InstalledCertificate extends Validity {
  readonly serial: string;
  /** The host that shows it: a node's address, or the arbiter's name. */
  readonly host: string;
}

export interface Certificates {
  /** The cluster or the arbiter, for people. */
  readonly owner: string;
  readonly installed: readonly InstalledCertificate[];
  /** Whether the vote stands at the moment; null where nobody knows, or for an arbiter. */
  readonly voteStands: boolean | null;
}

/** No certificate ends soon that lasts longer. */
export const SOON_MS = 30 * DAY_MS;

/** From when on a certificate ends soon: its last thirty days, or the last third of a life that is short. */
export const soonFrom = ({ notBefore, notAfter }: Validity): Instant =>
  plus(notAfter, -Math.min(SOON_MS, (notAfter - notBefore) / 3));

const earliest = (moments: readonly Instant[], otherwise: Instant): Instant =>
  moments.length === 0 ? otherwise : instant(Math.min(...moments));

const expired = ({ host, serial, notAfter }: InstalledCertificate, voteStands: boolean | null): Finding =>
  error(
    'certificate_expired',
    host,
    `The certificate of ${host} ended at ${iso(notAfter)}. ${
      voteStands === true ? 'The vote stands only until the next reconnect.' : 'It is refused at the next handshake.'
    } Give it a new one while it is connected, and restart nothing before.`,
    { serial, notAfter: iso(notAfter) },
  );

const endsSoon = ({ host, serial, notAfter }: InstalledCertificate): Finding =>
  warning('certificate_ends_soon', host, `The certificate of ${host} ends at ${iso(notAfter)}. Give it a new one.`, {
    serial,
    notAfter: iso(notAfter),
  });

/** What the certificates of a cluster, or of an arbiter, say of each rule on certificates. */
export const certificateSymptoms = (
  { owner, installed, voteStands }: Certificates,
  now: Instant,
): readonly Symptom[] => {
  const over = installed.filter((one) => lifeStage(one, now) === 'expired');
  const ending = installed.filter((one) => !over.includes(one) && now >= soonFrom(one));
  const details = {
    certificates: { earliestEnd: installed.length === 0 ? null : iso(earliest(ends(installed), now)) },
  };
  return [
    {
      ...{ rule: 'certificate_expired', verdict: bad(over.length > 0), since: earliest(ends(over), now), details },
      summary: `${owner} goes on with a certificate that has expired.`,
      findings: over.map((one) => expired(one, voteStands)),
    },
    {
      // One that has expired meanwhile did not become well by that.
      ...{
        rule: 'certificate_ends_soon',
        verdict: ending.length === 0 && over.length > 0 ? 'unclear' : bad(ending.length > 0),
      },
      ...{ since: earliest(ending.map(soonFrom), now), details },
      summary: `A certificate of ${owner} ends soon.`,
      findings: ending.map(endsSoon),
    },
  ];
};

const ends = (certificates: readonly Validity[]): readonly Instant[] => certificates.map(({ notAfter }) => notAfter);
