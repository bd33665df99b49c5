import { generateKeyPairSync, sign, constants } from 'node:crypto';
import forge from 'node-forge';
import {
  bits,
  CN,
  context,
  contextText,
  der,
  extension,
  extensionRequest,
  int,
  named,
  nothing,
  octets,
  oid,
  parsed,
  rdn,
  request,
  seq,
  set,
  SHA256_ECDSA,
  SHA256_RSA,
  spkiOf,
  text,
  truth,
  utf8,
  type Asn1,
  type KeyPair,
} from './request-builder.ts';

const { Type } = forge.asn1;

const ec = (namedCurve: string): KeyPair => generateKeyPairSync('ec', { namedCurve });
const rsa = (modulusLength: number): KeyPair => generateKeyPairSync('rsa', { modulusLength });

export const honest = ec('prime256v1');
export const honestRsa = rsa(2_048);
const other = ec('prime256v1');

/* ---- Requests that lie about everything but the key: they are taken, and nothing they say comes true. ---- */

const subject = (value: Asn1) => (): Buffer => request(honest, { subject: value });
const asking =
  (...extensions: Asn1[]) =>
  (): Buffer =>
    request(honest, { attributes: [context(0, extensionRequest(...extensions))] });
const names = (...general: Asn1[]): Asn1 => extension('2.5.29.17', seq(...general));

/** What each asks for, and the request. */
export const lyingRequests: readonly (readonly [string, () => Buffer])[] = [
  ["another cluster's name", subject(named('lab2'))],
  ['the name in capitals', subject(named('LAB1'))],
  ["the server's name", subject(named('Qnetd Server'))],
  ["a CA's name", subject(named('Umpire QNet CA 0123456789ab G1'))],
  ['the wildcard *', subject(named('*'))],
  ['the wildcard *.example.lab', subject(named('*.example.lab'))],
  ['a NUL inside the name', subject(named('lab1\0.example.lab'))],
  ['a newline inside the name', subject(named('lab1\nCN=lab2'))],
  ['a name with escapes', subject(named('lab1,CN=lab2+OU=x\\2c"'))],
  ['a name for a shell', subject(named('$(reboot);`id`|x'))],
  ['two names', subject(named('lab1', 'lab2'))],
  ['two names in one RDN', subject(seq(set(seq(oid(CN), utf8('lab1')), seq(oid(CN), utf8('lab2')))))],
  ['no name', subject(seq())],
  ['a name of 10,000 characters', subject(named('a'.repeat(10_000)))],
  ['500 names', subject(named(...Array.from({ length: 500 }, (_, i) => `lab${i}`)))],
  ['a name of other letters', subject(named('lаb1 \u202e1bal'))],
  ['a name that is no UTF-8', subject(seq(rdn(CN, text(Type.UTF8, '\u00ff'))))],
  [
    'a name as BMPString',
    subject(seq(rdn(CN, forge.asn1.create(forge.asn1.Class.UNIVERSAL, Type.BMPSTRING, false, 'lab2')))),
  ],
  ['a number for a name', subject(seq(rdn(CN, int('0102'))))],
  ['a mail address', subject(seq(rdn('1.2.840.113549.1.9.1', text(Type.IA5STRING, 'root@lab1'))))],
  ['a subject that is no name at all', subject(seq(int('01'), truth(), seq(nothing())))],
  ['a SAN of another cluster', asking(names(contextText(2, 'lab2')))],
  ['a SAN of the server', asking(names(contextText(2, 'Qnetd Server')))],
  ['a SAN with a wildcard', asking(names(contextText(2, '*')))],
  ['a SAN with an address', asking(names(contextText(7, '\x7f\0\0\x01')))],
  ['a SAN with a URI', asking(names(contextText(6, 'https://example.lab/')))],
  ['a SAN with a NUL', asking(names(contextText(2, 'lab1\0.example')))],
  ['CA:TRUE', asking(extension('2.5.29.19', seq(truth())))],
  ['CA:TRUE with a path length', asking(extension('2.5.29.19', seq(truth(), int('05'))))],
  ['the key usage keyCertSign', asking(extension('2.5.29.15', bits(Buffer.of(0x06), 1)))],
  ['the extended key usage serverAuth', asking(extension('2.5.29.37', seq(oid('1.3.6.1.5.5.7.3.1'))))],
  ['any extended key usage', asking(extension('2.5.29.37', seq(oid('2.5.29.37.0'))))],
  ["the CA's key id", asking(extension('2.5.29.14', octets(Buffer.alloc(20, 1))))],
  ['name constraints', asking(extension('2.5.29.30', seq(context(0, seq(contextText(2, 'lab1'))))))],
  ['an unknown critical extension', asking(extension('1.3.6.1.4.1.99999.1', nothing()))],
  ['an extension of rubbish', asking(extension('2.5.29.17', Buffer.from('rubbish')))],
  ['everything twice', asking(...Array.from({ length: 2 }, () => extension('2.5.29.19', seq(truth()))))],
  [
    'a challenge password',
    () => request(honest, { attributes: [context(0, seq(oid('1.2.840.113549.1.9.7'), set(utf8('x'))))] }),
  ],
  ['attributes that are none', () => request(honest, { attributes: [context(0, int('01'), nothing())] })],
  ['no attributes', () => request(honest, { attributes: [] })],
];

/* ---- Requests that are refused. ---- */

const withKey = (publicKey: Asn1) => (): Buffer => request(honest, { publicKey });
const rsaKey = (modulus: string, exponent: string): Asn1 =>
  seq(seq(oid('1.2.840.113549.1.1.1'), nothing()), bits(der(seq(int(modulus), int(exponent)))));
const ecKey = (point: string, parameters: Asn1 = oid('1.2.840.10045.3.1.7')): Asn1 =>
  seq(seq(oid('1.2.840.10045.2.1'), parameters), bits(Buffer.from(point, 'hex')));
const modulus = (bitLength: number): string => `00${'c5'.repeat(bitLength / 8 - 1)}c5`;
const foreign = (pair: KeyPair) => (): Buffer => request(honest, { publicKey: parsed(spkiOf(pair)) });

const point = spkiOf(honest).subarray(-65).toString('hex');
const [x, y] = [point.slice(2, 66), point.slice(66)];
const yIsOdd = Number.parseInt(y.slice(-1), 16) % 2 === 1;

/** P-256 with its parameters spelled out (RFC 3279, 2.3.5), but for a cofactor of 2. */
const spelledOut = (): Asn1 =>
  seq(
    int('01'),
    seq(oid('1.2.840.10045.1.1'), int('00ffffffff00000001000000000000000000000000ffffffffffffffffffffffff')),
    seq(octets(Buffer.alloc(32, 0xff)), octets(Buffer.alloc(32, 0x5a))),
    octets(Buffer.from(point, 'hex')),
    int('00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
    int('02'),
  );

const nest = (levels: number, open: string, close = ''): Buffer =>
  Buffer.from(open.repeat(levels) + close.repeat(levels), 'hex');

/** Sequences in sequences with correct lengths, as deep as 16 kB can hold. */
const deepest = (): Buffer => {
  const parts: Buffer[] = [];
  let length = 0;
  while (length < 16_300) {
    const header =
      length < 0x80
        ? Buffer.of(0x30, length)
        : length < 0x100
          ? Buffer.of(0x30, 0x81, length)
          : Buffer.of(0x30, 0x82, length >> 8, length & 255);
    parts.unshift(header);
    length += header.length;
  }
  return Buffer.concat(parts);
};

const good = (): Buffer => request(honest);
const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64')}\n-----END ${label}-----\n`;
const spliced = (bytes: Buffer, at: number, ...values: readonly number[]): Buffer =>
  Buffer.concat([bytes.subarray(0, at), Buffer.from(values), bytes.subarray(at + 1)]);
const signedBy = (algorithm: Asn1, digest: string, pair: KeyPair, padding?: number) => (): Buffer =>
  request(pair, {
    algorithm,
    signature: (tbs) =>
      bits(sign(digest, tbs, padding === undefined ? pair.privateKey : { key: pair.privateKey, padding })),
  });

/** What is wrong, the code of the finding, and the request. */
export const refusedRequests: readonly (readonly [string, string, () => Buffer | string])[] = [
  ['nothing', 'request_unreadable', () => Buffer.alloc(0)],
  ['one byte', 'request_unreadable', () => Buffer.of(0x30)],
  ['rubbish', 'request_unreadable', () => Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a text that is no PEM', 'pem_unreadable', () => 'rubbish'],
  ['one byte more than the cap', 'request_too_large', () => Buffer.alloc(16_385, 0x30)],
  ['a megabyte', 'request_too_large', () => Buffer.alloc(1 << 20, 0x30)],
  ['a megabyte of text', 'request_too_large', () => '-----BEGIN CERTIFICATE REQUEST-----\n'.repeat(30_000)],
  ['a valid request above the cap', 'request_too_large', () => request(honest, { subject: named('a'.repeat(17_000)) })],
  ['PEM above the cap', 'request_too_large', () => pem('CERTIFICATE REQUEST', Buffer.alloc(20_000))],
  ['thousands of sequences in each other', 'request_unreadable', deepest],
  ['thousands of sequences without a length', 'request_unreadable', () => nest(4_000, '3080', '0000')],
  ['thousands of sequences that never end', 'request_unreadable', () => nest(8_000, '3080')],
  ['8,000 empty values', 'request_unreadable', () => Buffer.from(`30823e80${'0500'.repeat(8_000)}`, 'hex')],
  ['a length of 4 GB', 'request_unreadable', () => Buffer.from('3084ffffffff020100', 'hex')],
  ['a length of 126 octets', 'request_unreadable', () => Buffer.from(`30fe${'ff'.repeat(126)}`, 'hex')],
  ['a length in too many octets', 'request_unreadable', () => Buffer.from('308400000003020100', 'hex')],
  [
    'the whole in a longer form than DER has',
    'request_unreadable',
    () => Buffer.concat([Buffer.from('3083', 'hex'), Buffer.of(0, good().length >> 8), good().subarray(2)]),
  ],
  ['a tag of several bytes', 'request_unreadable', () => Buffer.from('3f8181810100', 'hex')],
  [
    'an object identifier without end',
    'request_unreadable',
    () => request(honest, { algorithm: seq(text(Type.OID, '')) }),
  ],
  ['a byte behind the request', 'request_unreadable', () => Buffer.concat([good(), Buffer.of(0)])],
  ['two requests', 'request_unreadable', () => Buffer.concat([good(), good()])],
  ['two requests in PEM', 'pem_unreadable', () => pem('CERTIFICATE REQUEST', good()).repeat(2)],
  ['a request that is cut off', 'request_unreadable', () => good().subarray(0, -1)],
  ['the label of a certificate', 'pem_unreadable', () => pem('CERTIFICATE', good())],
  ['a private key', 'request_unreadable', () => honest.privateKey.export({ type: 'pkcs8', format: 'der' })],
  ['a public key', 'request_unreadable', () => spkiOf(honest)],
  ['version 1, which does not exist', 'request_unreadable', () => request(honest, { version: int('01') })],
  ['version -1', 'request_unreadable', () => request(honest, { version: int('ff') })],
  ['no version', 'request_unreadable', () => request(honest, { version: nothing() })],
  ['a subject that is no sequence', 'request_unreadable', () => request(honest, { subject: utf8('lab1') })],
  ['a key that is no sequence', 'request_unreadable', withKey(bits(Buffer.alloc(65)))],
  ['two sets of attributes', 'request_unreadable', () => request(honest, { attributes: [context(0), context(0)] })],
  ['attributes with another tag', 'request_unreadable', () => request(honest, { attributes: [context(1)] })],
  ['a fourth part', 'request_unreadable', () => der(seq(...(parsed(good()).value as Asn1[]), nothing()))],
  [
    'a signature of half a byte',
    'request_unreadable',
    () => request(honest, { signature: () => bits(Buffer.of(0xf0), 4) }),
  ],
  [
    'a signature that is no bit string',
    'request_unreadable',
    () => request(honest, { signature: () => octets(Buffer.alloc(70)) }),
  ],
  ['no signature', 'possession_not_proven', () => request(honest, { signature: () => bits(Buffer.alloc(0)) })],
  ['a signature of zeros', 'possession_not_proven', () => request(honest, { signature: () => bits(Buffer.alloc(71)) })],
  [
    'the signature r = s = 0',
    'possession_not_proven',
    () => request(honest, { signature: () => bits(der(seq(int('00'), int('00')))) }),
  ],
  [
    'an RSA signature of zeros',
    'possession_not_proven',
    () => request(honestRsa, { signature: () => bits(Buffer.alloc(256)) }),
  ],
  ["somebody else's public key", 'possession_not_proven', () => request(honest, { publicKey: parsed(spkiOf(other)) })],
  [
    "somebody else's signature",
    'possession_not_proven',
    () => request(honest, { signature: (tbs) => bits(sign('sha256', tbs, other.privateKey)) }),
  ],
  [
    'a subject that was changed after signing',
    'possession_not_proven',
    () => spliced(good(), good().indexOf('lab1'), 0x6d),
  ],
  [
    'a signature over something else',
    'possession_not_proven',
    () => request(honest, { signature: () => bits(sign('sha256', Buffer.from('x'), honest.privateKey)) }),
  ],
  ['SHA-1 and RSA', 'possession_not_proven', signedBy(seq(oid('1.2.840.113549.1.1.5'), nothing()), 'sha1', honestRsa)],
  ['MD5 and RSA', 'possession_not_proven', signedBy(seq(oid('1.2.840.113549.1.1.4'), nothing()), 'md5', honestRsa)],
  ['SHA-1 and ECDSA', 'possession_not_proven', signedBy(seq(oid('1.2.840.10045.4.1')), 'sha1', honest)],
  [
    'RSA-PSS',
    'possession_not_proven',
    signedBy(seq(oid('1.2.840.113549.1.1.10')), 'sha256', honestRsa, constants.RSA_PKCS1_PSS_PADDING),
  ],
  ["the other family's algorithm", 'possession_not_proven', () => request(honest, { algorithm: SHA256_RSA() })],
  [
    'an EC algorithm beside an RSA key',
    'possession_not_proven',
    () => request(honestRsa, { algorithm: SHA256_ECDSA() }),
  ],
  ['an unknown algorithm', 'possession_not_proven', () => request(honest, { algorithm: seq(oid('1.2.3.4')) })],
  ['another digest than it says', 'possession_not_proven', signedBy(SHA256_ECDSA(), 'sha384', honest)],
  [
    'an RSA signature that is too short',
    'possession_not_proven',
    () => request(honestRsa, { signature: (tbs) => bits(sign('sha256', tbs, honestRsa.privateKey).subarray(0, -1)) }),
  ],
  ['Ed25519', 'key_kind_refused', foreign(generateKeyPairSync('ed25519'))],
  ['Ed448', 'key_kind_refused', foreign(generateKeyPairSync('ed448'))],
  ['X25519, which cannot sign', 'key_kind_refused', foreign(generateKeyPairSync('x25519'))],
  [
    'DSA',
    'key_kind_refused',
    () => foreign(generateKeyPairSync('dsa', { modulusLength: 1_024, divisorLength: 160 }))(),
  ],
  ['a key bound to RSA-PSS', 'key_kind_refused', foreign(generateKeyPairSync('rsa-pss', { modulusLength: 2_048 }))],
  ['RSA-512', 'rsa_key_too_short', foreign(rsa(512))],
  ['RSA-1024', 'rsa_key_too_short', foreign(rsa(1_024))],
  ['RSA-2040', 'rsa_key_too_short', withKey(rsaKey(modulus(2_040), '010001'))],
  ['RSA-4104', 'rsa_key_too_long', withKey(rsaKey(modulus(4_104), '010001'))],
  ['RSA-100,000', 'rsa_key_too_long', withKey(rsaKey(modulus(100_000), '010001'))],
  ['an even modulus', 'rsa_modulus_even', withKey(rsaKey(`${modulus(2_048).slice(0, -2)}c4`, '010001'))],
  ['exponent 1', 'rsa_exponent_refused', withKey(rsaKey(modulus(2_048), '01'))],
  ['exponent 3', 'rsa_exponent_refused', withKey(rsaKey(modulus(2_048), '03'))],
  ['an even exponent', 'rsa_exponent_refused', withKey(rsaKey(modulus(2_048), '010002'))],
  ['an exponent of 4,096 bits', 'rsa_exponent_refused', withKey(rsaKey(modulus(4_096), modulus(4_096)))],
  ['modulus 0', 'rsa_key_too_short', withKey(rsaKey('00', '010001'))],
  ['a negative modulus', 'possession_not_proven', withKey(rsaKey(modulus(2_048).slice(2), '010001'))],
  [
    'an RSA key of rubbish',
    'key_unreadable',
    withKey(seq(seq(oid('1.2.840.113549.1.1.1'), nothing()), bits(Buffer.from('rubbish')))),
  ],
  ['P-521', 'curve_refused', foreign(ec('secp521r1'))],
  ['P-224', 'curve_refused', foreign(ec('secp224r1'))],
  ['secp256k1', 'curve_refused', foreign(ec('secp256k1'))],
  ['brainpoolP256r1', 'curve_refused', foreign(ec('brainpoolP256r1'))],
  ['a curve that is spelled out', 'key_unreadable', withKey(ecKey(point, spelledOut()))],
  ['a curve of no name', 'key_unreadable', withKey(ecKey(point, oid('1.2.3')))],
  ['no curve', 'key_unreadable', withKey(ecKey(point, nothing()))],
  ['a point off the curve', 'key_unreadable', withKey(ecKey(`04${x}${x}`))],
  ['the point at infinity', 'point_compressed', withKey(ecKey('00'))],
  ['a point of one coordinate too few', 'key_unreadable', withKey(ecKey(`04${x}`))],
  ['no point', 'key_unreadable', withKey(ecKey(''))],
  ['a compressed point', 'point_compressed', withKey(ecKey(`${yIsOdd ? '03' : '02'}${x}`))],
  ['a hybrid point', 'point_compressed', withKey(ecKey(`${yIsOdd ? '07' : '06'}${x}${y}`))],
  ['an unknown kind of key', 'key_unreadable', withKey(seq(seq(oid('1.2.3.4')), bits(Buffer.alloc(32))))],
];
