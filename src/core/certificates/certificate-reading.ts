import { error, fail, succeed, type Result } from '../finding.ts';
import { instant, type Instant } from '../time.ts';
import { DerError, DerReader, Tag } from './der.ts';
import { readExtensions, type ExtensionsReading } from './extensions.ts';
import type { Validity } from './validity.ts';

export interface NameReading {
  /** The whole name in DER: NSS compares issuer and subject by these bytes. */
  readonly der: Uint8Array;
  /** In order. NSS takes the last CN of several. */
  readonly attributes: readonly { readonly oid: string; readonly text: string }[];
}

/** What stands in a certificate, whoever made it. Nothing here says that it is good. */
export interface CertificateReading {
  /** 1, 2 or 3. */
  readonly version: number;
  /** Lower-case hexadecimal, as it stands: of a negative number the top bit of the first digit is set. */
  readonly serial: string;
  /** Object identifier inside the signed part, which must equal the one beside the signature. */
  readonly signatureAlgorithm: string;
  readonly outerSignatureAlgorithm: string;
  readonly issuer: NameReading;
  readonly subject: NameReading;
  readonly validity: Validity;
  readonly spki: Uint8Array;
  readonly extensions: ExtensionsReading;
}

export const COMMON_NAME = '2.5.4.3';

/** The CN that NSS goes by: the last one; null when there is none. */
export const commonNameOf = (name: NameReading): string | null =>
  name.attributes.findLast(({ oid }) => oid === COMMON_NAME)?.text ?? null;

/**
 * Reads a certificate (RFC 5280, 4.1), strictly, and without trust in it.
 * @param der the certificate, at most 64 kB
 * @param subject whom a finding should name
 * @returns the reading, or `certificate_unreadable`
 */
export const readCertificate = (der: Uint8Array, subject: string): Result<CertificateReading> => {
  try {
    if (der.length > 65_536) throw new DerError('larger than any certificate');
    return succeed(certificate(der));
  } catch (thrown) {
    if (!(thrown instanceof DerError)) throw thrown;
    return fail(error('certificate_unreadable', subject, `This is no certificate in DER: ${thrown.message}.`));
  }
};

const certificate = (der: Uint8Array): CertificateReading => {
  const outer = new DerReader(der);
  const parts = outer.inside(Tag.sequence);
  outer.end();
  const tbs = signedPart(parts.inside(Tag.sequence));
  const outerSignatureAlgorithm = algorithm(parts);
  parts.skip(Tag.bitString);
  parts.end();
  return { ...tbs, outerSignatureAlgorithm };
};

const signedPart = (tbs: DerReader): Omit<CertificateReading, 'outerSignatureAlgorithm'> => {
  const reading = {
    version: version(tbs.insideOptional(0xa0)),
    serial: tbs.integer(),
    signatureAlgorithm: algorithm(tbs),
    issuer: name(tbs),
    validity: validity(tbs.inside(Tag.sequence)),
    subject: name(tbs),
    spki: tbs.whole(Tag.sequence),
  };
  // Unique identifiers [1] and [2]: RFC 5280 forbids them to every CA, so they are not read over.
  const extensions = readExtensions(tbs.insideOptional(0xa3));
  tbs.end();
  return { ...reading, extensions };
};

const version = (explicit: DerReader | null): number => {
  if (explicit === null) return 1;
  const value = explicit.integer();
  explicit.end();
  if (value !== '01' && value !== '02') throw new DerError('an unknown version');
  return value === '01' ? 2 : 3;
};

const algorithm = (reader: DerReader): string => reader.inside(Tag.sequence).oid();

const name = (reader: DerReader): NameReading => {
  const der = reader.whole(Tag.sequence);
  const names = new DerReader(der).inside(Tag.sequence);
  const attributes: { oid: string; text: string }[] = [];
  while (!names.isAtEnd) {
    const several = names.inside(Tag.set);
    while (!several.isAtEnd) attributes.push(attribute(several.inside(Tag.sequence)));
  }
  return { der, attributes };
};

const attribute = (pair: DerReader): { oid: string; text: string } => {
  const oid = pair.oid();
  const tag = pair.nextTag;
  if (tag === null || !TEXTS.has(tag)) throw new DerError('a name that is no text');
  const text = tag === Tag.utf8String ? utf8Text(pair.content(tag)) : asciiText(pair.content(tag));
  pair.end();
  return { oid, text };
};

/** The kinds of text that RFC 5280, 4.1.2.4, gives to new names, and IA5String, which mail addresses have. */
const TEXTS: ReadonlySet<number> = new Set([Tag.utf8String, Tag.printableString, Tag.ia5String]);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const utf8Text = (content: Uint8Array): string => {
  try {
    return utf8.decode(content);
  } catch {
    throw new DerError('a name that is no UTF-8');
  }
};

const asciiText = (content: Uint8Array): string => {
  if (content.some((byte) => byte >= 0x80)) throw new DerError('a name that is no ASCII');
  return utf8Text(content);
};

const validity = (reader: DerReader): Validity => {
  const times = { notBefore: time(reader), notAfter: time(reader) };
  reader.end();
  return times;
};

/** RFC 5280, 4.1.2.5: YYMMDDHHMMSSZ, where years below 50 are of this century, or YYYYMMDDHHMMSSZ. */
const time = (reader: DerReader): Instant => {
  const isUtcTime = reader.nextTag === Tag.utcTime;
  const content = reader.content(isUtcTime ? Tag.utcTime : Tag.generalizedTime);
  const yearDigits = isUtcTime ? 2 : 4;
  if (content.length !== yearDigits + 11 || content.at(-1) !== LETTER_Z) throw new DerError('a malformed time');
  const years = number(content, 0, yearDigits);
  const year = !isUtcTime ? years : years < 50 ? 2_000 + years : 1_900 + years;
  const two = (pair: number): number => number(content, yearDigits + 2 * pair, 2);
  const [month, day, hour, minute, second] = [two(0), two(1), two(2), two(3), two(4)];
  // Date.UTC would make 31 February the 3rd of March, and month 13 a January.
  const isInMonth = day >= 1 && Date.UTC(year, month - 1, day) < Date.UTC(year, month, 1);
  if (month < 1 || month > 12 || !isInMonth || hour > 23 || minute > 59 || second > 59) {
    throw new DerError('a time that does not exist');
  }
  return instant(Date.UTC(year, month - 1, day, hour, minute, second));
};

const LETTER_Z = 0x5a;
const DIGIT_ZERO = 0x30;

const number = (text: Uint8Array, start: number, digits: number): number => {
  let value = 0;
  for (let i = start; i < start + digits; i += 1) {
    const digit = (text[i] ?? 0) - DIGIT_ZERO;
    if (digit < 0 || digit > 9) throw new DerError('a malformed time');
    value = value * 10 + digit;
  }
  return value;
};
