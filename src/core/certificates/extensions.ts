import { DerError, Tag, type DerReader } from './der.ts';

/** Object identifiers of RFC 5280, 4.2.1. */
export const Extension = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** The names of RFC 5280, 4.2.1.3, in the order of their bits. */
export const KEY_USAGE_BITS = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

/** The extensions of a certificate; null where one is absent. Key ids are lower-case hexadecimal. */
export interface ExtensionsReading {
  readonly keyUsage: { readonly critical: boolean; readonly usages: readonly string[] } | null;
  readonly extendedKeyUsage: { readonly critical: boolean; readonly purposes: readonly string[] } | null;
  readonly basicConstraints: {
    readonly critical: boolean;
    readonly isCa: boolean;
    readonly pathLength: number | null;
  } | null;
  readonly subjectKeyId: { readonly critical: boolean; readonly keyId: string } | null;
  /** `keyId` is null when the issuer is named in another way. */
  readonly authorityKeyId: { readonly critical: boolean; readonly keyId: string | null } | null;
  /** Everything else, unread: subject alternative names among them. */
  readonly others: readonly { readonly oid: string; readonly critical: boolean }[];
}

interface RawExtension {
  readonly critical: boolean;
  readonly value: DerReader;
}

/**
 * Reads the extensions of a certificate.
 * @param explicit a reader of the content of `[3] EXPLICIT Extensions`, or null when the certificate has none
 * @throws DerError when they are malformed or one stands there twice (RFC 5280, 4.2, forbids that)
 */
export const readExtensions = (explicit: DerReader | null): ExtensionsReading => {
  const raw = explicit === null ? new Map<string, RawExtension>() : rawExtensions(explicit);
  return {
    keyUsage: read(raw, Extension.keyUsage, (value) => ({ usages: keyUsages(value.content(Tag.bitString)) })),
    extendedKeyUsage: read(raw, Extension.extendedKeyUsage, (value) => ({ purposes: purposes(value) })),
    basicConstraints: read(raw, Extension.basicConstraints, basicConstraints),
    subjectKeyId: read(raw, Extension.subjectKeyId, (value) => ({ keyId: value.hex(Tag.octetString) })),
    authorityKeyId: read(raw, Extension.authorityKeyId, authorityKeyId),
    others: [...raw].filter(([oid]) => !understood.has(oid)).map(([oid, { critical }]) => ({ oid, critical })),
  };
};

const understood: ReadonlySet<string> = new Set([
  Extension.keyUsage,
  Extension.extendedKeyUsage,
  Extension.basicConstraints,
  Extension.subjectKeyId,
  Extension.authorityKeyId,
]);

const rawExtensions = (reader: DerReader): Map<string, RawExtension> => {
  const list = reader.inside(Tag.sequence);
  reader.end();
  const found = new Map<string, RawExtension>();
  while (!list.isAtEnd) {
    const extension = list.inside(Tag.sequence);
    const oid = extension.oid();
    const critical = boolean(extension.optional(Tag.boolean));
    const value = extension.inside(Tag.octetString);
    extension.end();
    if (found.has(oid)) throw new DerError(`extension ${oid} stands there twice`);
    found.set(oid, { critical, value });
  }
  return found;
};

const read = <T extends object>(
  raw: ReadonlyMap<string, RawExtension>,
  oid: string,
  parse: (value: DerReader) => T,
): (T & { critical: boolean }) | null => {
  const extension = raw.get(oid);
  if (extension === undefined) return null;
  const parsed = parse(extension.value);
  extension.value.end();
  return { ...parsed, critical: extension.critical };
};

/** BOOLEAN DEFAULT FALSE. NSS writes an explicit FALSE in some certificates, so it is understood. */
const boolean = (content: Uint8Array | null): boolean => {
  if (content === null) return false;
  const [value] = content;
  if (content.length !== 1 || (value !== 0 && value !== 0xff)) throw new DerError('a malformed truth value');
  return value === 0xff;
};

const keyUsages = (bits: Uint8Array): readonly string[] => {
  // At most nine bits: the first byte says how many of the last are unused.
  if (bits.length < 1 || bits.length > 3 || (bits[0] ?? 0) > 7) throw new DerError('a malformed key usage');
  const flags = ((bits[1] ?? 0) << 8) | (bits[2] ?? 0);
  return KEY_USAGE_BITS.filter((_, bit) => (flags & (0x8000 >> bit)) !== 0);
};

const purposes = (value: DerReader): string[] => {
  const list = value.inside(Tag.sequence);
  const found: string[] = [];
  while (!list.isAtEnd) found.push(list.oid());
  return found;
};

const basicConstraints = (value: DerReader): { isCa: boolean; pathLength: number | null } => {
  const parts = value.inside(Tag.sequence);
  const isCa = boolean(parts.optional(Tag.boolean));
  const pathLength = parts.isAtEnd ? null : Number.parseInt(parts.integer(), 16);
  parts.end();
  if (pathLength !== null && pathLength > 0x7f) throw new DerError('a malformed path length');
  return { isCa, pathLength };
};

const authorityKeyId = (value: DerReader): { keyId: string | null } => {
  const parts = value.inside(Tag.sequence);
  const keyId = parts.nextTag === 0x80 ? parts.hex(0x80) : null;
  // The issuer's names [1] and serial number [2] may follow; nobody here goes by them.
  parts.optional(0xa1);
  parts.optional(0x82);
  parts.end();
  return { keyId };
};
