import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerError, DerReader } from '../../../src/core/certificates/der.ts';
import { KEY_USAGE_BITS, readExtensions, type ExtensionsReading } from '../../../src/core/certificates/extensions.ts';

/** A value in DER, as hexadecimal digits; contents below 128 bytes. */
const der = (tag: string, ...contents: readonly string[]): string => {
  const content = contents.join('');
  return tag + (content.length / 2).toString(16).padStart(2, '0') + content;
};
const seq = (...items: readonly string[]): string => der('30', ...items);
const octets = (...items: readonly string[]): string => der('04', ...items);

const ID = {
  subjectKeyId: '0603551d0e',
  keyUsage: '0603551d0f',
  subjectAltName: '0603551d11',
  basicConstraints: '0603551d13',
  authorityKeyId: '0603551d23',
  extendedKeyUsage: '0603551d25',
};
const CRITICAL = '0101ff';
const NOT_CRITICAL = '010100';

/** One extension; `between` stands between its identifier and its value. */
const extension = (id: string, value: string, between = ''): string => seq(id, between, octets(value));

const read = (...extensions: readonly string[]): ExtensionsReading =>
  readExtensions(new DerReader(Uint8Array.from(Buffer.from(seq(...extensions), 'hex'))));

describe('readExtensions', () => {
  it('finds nothing in a certificate without any', () => {
    const none = {
      keyUsage: null,
      extendedKeyUsage: null,
      basicConstraints: null,
      subjectKeyId: null,
      authorityKeyId: null,
      others: [],
    };
    expect(readExtensions(null)).toEqual(none);
    expect(read()).toEqual(none);
  });

  it('reads whether an extension is critical, also where FALSE is spelled out', () => {
    const usage = der('03', '0780');
    expect(read(extension(ID.keyUsage, usage, CRITICAL)).keyUsage?.critical).toBe(true);
    expect(read(extension(ID.keyUsage, usage, NOT_CRITICAL)).keyUsage?.critical).toBe(false);
    expect(read(extension(ID.keyUsage, usage)).keyUsage?.critical).toBe(false);
  });

  it.each([
    ['0780', ['digitalSignature']],
    ['05a0', ['digitalSignature', 'keyEncipherment']],
    ['0106', ['keyCertSign', 'cRLSign']],
    ['070080', ['decipherOnly']],
    ['00', []],
  ])('reads the key usage %s as %j', (bits, usages) => {
    expect(read(extension(ID.keyUsage, der('03', bits))).keyUsage?.usages).toEqual(usages);
  });

  it('reads each of the nine key usages by its own bit (RFC 5280, 4.2.1.3)', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 8 })), (positions) => {
        const flags = positions.reduce((bits, position) => bits | (0x8000 >> position), 0);
        const bits = `07${flags.toString(16).padStart(4, '0')}`;
        const expected = KEY_USAGE_BITS.filter((_, bit) => positions.includes(bit));
        expect(read(extension(ID.keyUsage, der('03', bits))).keyUsage?.usages).toEqual(expected);
      }),
    );
  });

  it('reads extended key usages in order', () => {
    const both = seq('06082b06010505070301', '06082b06010505070302');
    expect(read(extension(ID.extendedKeyUsage, both)).extendedKeyUsage?.purposes).toEqual([
      '1.3.6.1.5.5.7.3.1',
      '1.3.6.1.5.5.7.3.2',
    ]);
  });

  it.each([
    ['3000', { isCa: false, pathLength: null }],
    ['3003010100', { isCa: false, pathLength: null }],
    ['30030101ff', { isCa: true, pathLength: null }],
    ['30060101ff020100', { isCa: true, pathLength: 0 }],
    ['30060101ff020103', { isCa: true, pathLength: 3 }],
  ])('reads the basic constraints %s', (value, expected) => {
    expect(read(extension(ID.basicConstraints, value)).basicConstraints).toMatchObject(expected);
  });

  it('reads key identifiers', () => {
    const keyIds = read(
      extension(ID.subjectKeyId, octets('0a0b')),
      extension(ID.authorityKeyId, seq(der('80', '0c0d'))),
    );
    expect([keyIds.subjectKeyId?.keyId, keyIds.authorityKeyId?.keyId]).toEqual(['0a0b', '0c0d']);
  });

  it('reads an authority that is named by issuer and serial number instead', () => {
    const named = seq(der('a1', der('82', '6162')), der('82', '65'));
    expect(read(extension(ID.authorityKeyId, named)).authorityKeyId).toEqual({ critical: false, keyId: null });
  });

  it('tells of everything else by its identifier, alternative names among it', () => {
    const others = read(
      extension(ID.subjectAltName, seq(der('82', '6c61'))),
      extension('06032a0304', '0500', CRITICAL),
    ).others;
    expect(others).toEqual([
      { oid: '2.5.29.17', critical: false },
      { oid: '1.2.3.4', critical: true },
    ]);
  });

  it.each([
    ['an extension that stands there twice', [extension(ID.keyUsage, '03020780'), extension(ID.keyUsage, '03020780')]],
    [
      'an unknown extension that stands there twice',
      [extension('06032a0304', '0500'), extension('06032a0304', '0500')],
    ],
    ['a truth value that is neither', [extension(ID.keyUsage, '03020780', '010101')]],
    ['a truth value of two bytes', [extension(ID.keyUsage, '03020780', '0102ffff')]],
    ['a key usage without bits', [extension(ID.keyUsage, '0300')]],
    ['a key usage with more unused bits than a byte has', [extension(ID.keyUsage, '03020880')]],
    ['a key usage of three bytes', [extension(ID.keyUsage, '030400808080')]],
    ['a key usage that is no bit string', [extension(ID.keyUsage, '04020780')]],
    ['bytes behind a key usage', [extension(ID.keyUsage, '0302078000')]],
    ['a path length below zero', [extension(ID.basicConstraints, '30060101ff0201ff')]],
    ['a path length that is padded', [extension(ID.basicConstraints, '30070101ff02020001')]],
    ['something behind a path length', [extension(ID.basicConstraints, '30080101ff0201000500')]],
    ['an extended key usage that is a number', [extension(ID.extendedKeyUsage, '3003020101')]],
    ['a key identifier without its own octet string', [extension(ID.subjectKeyId, '0a0b')]],
    ['an extension without a value', [seq(ID.keyUsage)]],
    ['an extension with two values', [seq(ID.keyUsage, octets('03020780'), octets('03020780'))]],
    ['an extension without an identifier', [seq(octets('03020780'))]],
  ])('refuses %s', (_, extensions) => {
    expect(() => read(...extensions)).toThrow(DerError);
  });
});
