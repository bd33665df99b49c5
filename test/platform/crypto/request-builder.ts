import { sign, type KeyObject } from 'node:crypto';
import forge from 'node-forge';

/*
 * Builds certificate requests piece by piece, so that any piece can be a lie. It shares no code with the reader.
 */

export type Asn1 = forge.asn1.Asn1;

const { Class, Type } = forge.asn1;

const universal = (type: forge.asn1.Type, isConstructed: boolean, value: string | Asn1[]): Asn1 =>
  forge.asn1.create(Class.UNIVERSAL, type, isConstructed, value);

export const seq = (...items: Asn1[]): Asn1 => universal(Type.SEQUENCE, true, items);
export const set = (...items: Asn1[]): Asn1 => universal(Type.SET, true, items);
export const oid = (dotted: string): Asn1 => universal(Type.OID, false, forge.asn1.oidToDer(dotted).getBytes());
export const int = (digits: string): Asn1 =>
  universal(Type.INTEGER, false, Buffer.from(digits, 'hex').toString('latin1'));
export const octets = (content: Buffer): Asn1 => universal(Type.OCTETSTRING, false, content.toString('latin1'));
export const bits = (content: Buffer, unused = 0): Asn1 =>
  universal(Type.BITSTRING, false, String.fromCharCode(unused) + content.toString('latin1'));
export const text = (type: forge.asn1.Type, value: string): Asn1 =>
  universal(type, false, Buffer.from(value).toString('latin1'));
export const utf8 = (value: string): Asn1 => text(Type.UTF8, value);
export const truth = (): Asn1 => universal(Type.BOOLEAN, false, '\xff');
export const nothing = (): Asn1 => universal(Type.NULL, false, '');
export const context = (number: number, ...items: Asn1[]): Asn1 =>
  forge.asn1.create(Class.CONTEXT_SPECIFIC, number, true, items);
export const contextText = (number: number, value: string): Asn1 =>
  forge.asn1.create(Class.CONTEXT_SPECIFIC, number, false, value);

export const der = (value: Asn1): Buffer => Buffer.from(forge.asn1.toDer(value).getBytes(), 'latin1');
export const parsed = (bytes: Buffer): Asn1 => forge.asn1.fromDer(bytes.toString('latin1'));

export const CN = '2.5.4.3';
export const rdn = (type: string, value: Asn1): Asn1 => set(seq(oid(type), value));
export const named = (...names: readonly string[]): Asn1 => seq(...names.map((name) => rdn(CN, utf8(name))));

/** The attribute in which a request asks for extensions (RFC 2985, 5.4.2). */
export const extensionRequest = (...extensions: Asn1[]): Asn1 =>
  seq(oid('1.2.840.113549.1.9.14'), set(seq(...extensions)));
export const extension = (id: string, value: Asn1 | Buffer, isCritical = true): Asn1 => {
  const content = octets(Buffer.isBuffer(value) ? value : der(value));
  return isCritical ? seq(oid(id), truth(), content) : seq(oid(id), content);
};

export const SHA256_RSA = (): Asn1 => seq(oid('1.2.840.113549.1.1.11'), nothing());
export const SHA256_ECDSA = (): Asn1 => seq(oid('1.2.840.10045.4.3.2'));

export interface RequestPieces {
  readonly version: Asn1;
  readonly subject: Asn1;
  readonly publicKey: Asn1;
  readonly attributes: readonly Asn1[];
  readonly algorithm: Asn1;
  readonly signature: (signed: Buffer) => Asn1;
}

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const spkiOf = ({ publicKey }: KeyPair): Buffer => publicKey.export({ type: 'spki', format: 'der' });

/** An honest request of this key, but for the pieces given. */
export const request = (pair: KeyPair, pieces: Partial<RequestPieces> = {}): Buffer => {
  const isRsa = pair.privateKey.asymmetricKeyType === 'rsa';
  const all: RequestPieces = {
    version: int('00'),
    subject: named('lab1'),
    publicKey: parsed(spkiOf(pair)),
    attributes: [context(0)],
    algorithm: isRsa ? SHA256_RSA() : SHA256_ECDSA(),
    signature: (signed) => bits(sign('sha256', signed, pair.privateKey)),
    ...pieces,
  };
  const signed = seq(all.version, all.subject, all.publicKey, ...all.attributes);
  return der(seq(signed, all.algorithm, all.signature(der(signed))));
};
