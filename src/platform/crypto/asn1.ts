import forge from 'node-forge';

export type Asn1 = forge.asn1.Asn1;

const { Class, Type } = forge.asn1;

interface DecodeOptions {
  readonly strict: boolean;
  readonly parseAllBytes: boolean;
  readonly decodeBitStrings: boolean;
  readonly maxDepth: number;
}

/** As node-forge 1.4 takes it (`lib/asn1.js`); its type definitions know of the second parameter as a boolean only. */
const fromDer = forge.asn1.fromDer as unknown as (bytes: string, options: DecodeOptions) => Asn1;

/** Deeper than any certificate request, and far from the end of the stack. */
const MAX_DEPTH = 24;

const universal = (type: forge.asn1.Type, isConstructed: boolean, value: string | Asn1[]): Asn1 =>
  forge.asn1.create(Class.UNIVERSAL, type, isConstructed, value);

/* Makers of values. Bytes go in as node-forge wants them: one character a byte. */
export const sequence = (...items: Asn1[]): Asn1 => universal(Type.SEQUENCE, true, items);
export const oid = (dotted: string): Asn1 => universal(Type.OID, false, forge.asn1.oidToDer(dotted).getBytes());
export const boolean = (value: boolean): Asn1 => universal(Type.BOOLEAN, false, value ? '\xff' : '\x00');
export const octetString = (content: Uint8Array): Asn1 => universal(Type.OCTETSTRING, false, binary(content));
export const nothing = (): Asn1 => universal(Type.NULL, false, '');
/** A whole number from 0 to 127. */
export const smallInteger = (value: number): Asn1 =>
  universal(Type.INTEGER, false, forge.asn1.integerToDer(value).getBytes());
/** BIT STRING; the bits that are not used are the last ones of the last byte. */
export const bitString = (content: Uint8Array, unusedBits = 0): Asn1 =>
  universal(Type.BITSTRING, false, String.fromCharCode(unusedBits) + binary(content));
/** `[number] IMPLICIT OCTET STRING` */
export const tagged = (number: number, content: Uint8Array): Asn1 =>
  forge.asn1.create(Class.CONTEXT_SPECIFIC, number, false, binary(content));

/** Writes a value in DER. */
export const encode = (value: Asn1): Buffer => Buffer.from(forge.asn1.toDer(value).getBytes(), 'latin1');

/**
 * Reads one DER value.
 * @returns the value; or null when the bytes are no DER, nested too deep, or go on after the value.
 *   What node-forge reads leniently (long forms, indefinite lengths) is refused by writing it again and comparing.
 */
export const decode = (der: Uint8Array): Asn1 | null => {
  const options = { strict: true, parseAllBytes: true, decodeBitStrings: false, maxDepth: MAX_DEPTH };
  try {
    const value = fromDer(binary(der), options);
    return encode(value).equals(der) ? value : null;
  } catch {
    return null;
  }
};

/** The parts of a SEQUENCE, or null when it is none. */
export const partsOf = (value: Asn1 | null | undefined): readonly Asn1[] | null =>
  isUniversal(value, Type.SEQUENCE) && Array.isArray(value.value) ? value.value : null;

/** An object identifier as dotted text, or null when the value is none or one of its numbers has more than 53 bits. */
export const oidOf = (value: Asn1 | undefined): string | null => {
  if (!isUniversal(value, Type.OID) || typeof value.value !== 'string' || value.value === '') return null;
  try {
    return forge.asn1.derToOid(value.value);
  } catch {
    return null;
  }
};

/** The content of a BIT STRING of whole bytes, or null. */
export const wholeBytesOf = (value: Asn1 | undefined): Buffer | null =>
  isUniversal(value, Type.BITSTRING) && typeof value.value === 'string' && value.value.startsWith('\x00')
    ? Buffer.from(value.value.slice(1), 'latin1')
    : null;

/** True of INTEGER 0 alone. */
export const isZero = (value: Asn1 | undefined): boolean => isUniversal(value, Type.INTEGER) && value.value === '\x00';

/** True of `[0]`, constructed. */
export const isContextZero = (value: Asn1): boolean =>
  value.tagClass === Class.CONTEXT_SPECIFIC && Number(value.type) === 0 && value.constructed;

const isUniversal = (value: Asn1 | null | undefined, type: forge.asn1.Type): value is Asn1 =>
  value !== undefined && value !== null && value.tagClass === Class.UNIVERSAL && value.type === type;

const binary = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
