import { describe, expect, it } from 'vitest';
import { AllowedRanges, isCidr, isPublicAddress } from '../../../src/platform/webhook/addresses.ts';

/** The first and the last address of each block that IANA's registries of special-purpose addresses list (RFC 6890), and multicast. */
const SPECIAL: readonly (readonly [what: string, ...addresses: string[]])[] = [
  ['this network', '0.0.0.0', '0.255.255.255'],
  ['private, 10/8', '10.0.0.0', '10.255.255.255'],
  ['shared, 100.64/10', '100.64.0.0', '100.127.255.255'],
  ['loopback', '127.0.0.0', '127.0.0.1', '127.255.255.255'],
  ['link-local, and the clouds’ metadata', '169.254.0.0', '169.254.169.254', '169.254.255.255'],
  ['private, 172.16/12', '172.16.0.0', '172.31.255.255'],
  ['protocol assignments', '192.0.0.0', '192.0.0.8', '192.0.0.170', '192.0.0.255'],
  ['documentation', '192.0.2.1', '198.51.100.1', '203.0.113.255'],
  ['AS112', '192.31.196.1', '192.175.48.1'],
  ['AMT', '192.52.193.1'],
  ['6to4 relay', '192.88.99.1'],
  ['private, 192.168/16', '192.168.0.0', '192.168.255.255'],
  ['benchmarking', '198.18.0.0', '198.19.255.255'],
  ['multicast', '224.0.0.1', '239.255.255.255'],
  ['reserved, and broadcast', '240.0.0.0', '255.255.255.254', '255.255.255.255'],
  ['IPv6 unspecified and loopback', '::', '::1'],
  ['IPv4-mapped', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:a00:1'],
  ['IPv4-compatible', '::127.0.0.1', '::8.8.8.8'],
  ['IPv4-translated', '::ffff:0:127.0.0.1'],
  ['NAT64', '64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::1', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['discard', '100::', '100::ffff:ffff:ffff:ffff', '100:0:0:1::'],
  ['protocol assignments of IPv6', '2001::', '2001:1::1', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  ['benchmarking of IPv6', '2001:2::1'],
  ['ORCHID', '2001:10::1', '2001:20::1', '2001:30::1'],
  ['documentation of IPv6', '2001:db8::1', '3fff::1', '3fff:fff:ffff::1'],
  ['6to4', '2002:7f00:1::', '2002:a00:1::1'],
  ['AS112 of IPv6', '2620:4f:8000::1', '2001:4:112::1'],
  ['SRv6', '5f00::1'],
  ['unique local', 'fc00::', 'fd12:3456::1', 'fdff:ffff::1'],
  ['link-local of IPv6', 'fe80::1', 'febf::1'],
  ['site-local, deprecated', 'fec0::1'],
  ['multicast of IPv6', 'ff02::1', 'ffff::1'],
  ['space that is given to nobody yet', '4000::1', '1::1', '8000::1', 'e000::1'],
];

describe('addresses of the public Internet', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.0',
    '223.255.255.255',
  ])('%s is one', (address) => expect(isPublicAddress(address)).toBe(true));

  it.each(['2606:4700:4700::1111', '2a00:1450:4001:801::200e', '2001:4860:4860::8888', '2003::1'])(
    '%s is one',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each(SPECIAL)('%s: none', (_, ...addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  it.each([
    '',
    'localhost',
    '127.1',
    '0177.0.0.1',
    '0x7f.1',
    '2130706433',
    '8.8.8',
    '8.8.8.8.8',
    '8.8.8.08',
    'fe80::1%lo',
    '[::1]',
    '8.8.8.8 ',
  ])('what is no address in its usual form is none: %j', (text) => expect(isPublicAddress(text)).toBe(false));
});

describe('ranges that are allowed', () => {
  it.each(['10.20.0.0/16', '127.0.0.1/32', '0.0.0.0/0', 'fd00::/8', '::1/128'])('%s is one', (text) => {
    expect(isCidr(text)).toBe(true);
  });

  it.each([
    '',
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0/-1',
    'fd00::/129',
    'localhost/8',
    '010.0.0.0/8/8',
    '10.0.0.0 /8',
  ])('%j is none', (text) => expect(isCidr(text)).toBe(false));

  it('hold their addresses and no others, each in its own family', () => {
    const ranges = new AllowedRanges(['10.20.0.0/16', 'fd00::/8']);
    expect(['10.20.0.0', '10.20.255.255', 'fd12::1'].filter((address) => !ranges.has(address))).toEqual([]);
    const outside = ['10.21.0.0', '10.19.255.255', 'fe80::1', '::ffff:10.20.0.1', '127.0.0.1', '10.20.1', 'x'];
    expect(outside.filter((address) => ranges.has(address))).toEqual([]);
    expect(new AllowedRanges([]).has('10.20.0.1')).toBe(false);
  });
});
