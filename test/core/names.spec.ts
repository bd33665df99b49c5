import fc from 'fast-check';
import { isIPv4, isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  clusterName,
  foldClusterName,
  hostAddress,
  hostKeyFingerprint,
  nodeId,
  sameClusterName,
  userName,
  type ClusterName,
} from '../../src/core/names.ts';

/** What ends a word, an argument, a line, a path or a pattern somewhere on the way of a name. */
const METACHARACTERS = [...'\0\n\r\t \'"`$&|;<>(){}[]*?!#~%^=:,.\\/@+'];

const withMetacharacter = (allowed: string) =>
  fc
    .tuple(fc.constantFrom(...METACHARACTERS.filter((character) => !allowed.includes(character))), fc.nat(8))
    .map(([character, at]) => 'abcdefgh'.slice(0, at) + character + 'abcdefgh'.slice(at));

describe('a cluster name', () => {
  it.each(['a', '0', 'office', 'Office-2_b', 'x'.repeat(63)])('may be "%s"', (text) => {
    expect(clusterName(text)).toMatchObject({ ok: true, value: text });
  });

  it.each(['', '-a', '_a', 'x'.repeat(64), 'größe', 'a.b', '*', 'a*', 'office\n'])('may not be %j', (text) => {
    expect(clusterName(text)).toMatchObject({ ok: false, findings: [{ code: 'invalid_cluster_name' }] });
  });

  it('holds no character that means something to a shell, a path, a wildcard or a certificate', () => {
    fc.assert(
      fc.property(withMetacharacter(''), (text) => {
        expect(clusterName(text).ok).toBe(false);
      }),
    );
  });

  it('is kept letter for letter, and is the same as another one without regard to case', () => {
    const [office, OFFICE, lab] = ['Office', 'OFFICE', 'lab'] as ClusterName[] as [
      ClusterName,
      ClusterName,
      ClusterName,
    ];
    expect(sameClusterName(office, OFFICE)).toBe(true);
    expect(sameClusterName(office, lab)).toBe(false);
    expect(foldClusterName(office)).toBe('office');
  });
});

describe('a host’s address', () => {
  it('may be any IPv4 address', () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(hostAddress(text)).toMatchObject({ ok: true, value: text });
      }),
    );
  });

  it('may be any IPv6 address, and is kept in lower case', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        expect(hostAddress(text)).toMatchObject({ ok: true, value: text.toLowerCase() });
      }),
    );
  });

  it.each(['host', 'node-1.example.net', 'NODE.Example', '1host', 'xn--bcher-kva.example', `${'a'.repeat(63)}.b`])(
    'may be the DNS name "%s" (RFC 1123, 2.1)',
    (text) => {
      expect(hostAddress(text)).toMatchObject({ ok: true, value: text.toLowerCase() });
    },
  );

  it.each([
    '',
    '-a.b',
    'a-.b',
    'a..b',
    '.a',
    'a.',
    'a_b',
    'a'.repeat(64),
    '256.1.1.1',
    '1.2.3',
    '1234',
    '0x7f.1',
    'host.12',
    '010.1.1.1',
    ':a:0',
    '1::2::3',
    '1.2.3.4::',
    '1:2:3:4:5:6:7:8:9',
    ':::',
    '[::1]',
    'fe80::1%eth0',
    '10.0.0.1:22',
    '10.0.0.1/24',
    '-oProxyCommand=x',
  ])('may not be "%s"', (text) => {
    expect(hostAddress(text)).toMatchObject({ ok: false, findings: [{ code: 'invalid_address' }] });
  });

  it('holds no character that means something to a shell or to ssh', () => {
    fc.assert(
      fc.property(withMetacharacter('.:'), (text) => {
        expect(hostAddress(text).ok).toBe(false);
      }),
    );
  });

  it('that looks like numbers or colons is an address that the system takes, or none', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f:.]{1,20}$/), (text) => {
        const looksLikeOne = /^[\d.]+$/.test(text) || text.includes(':');
        if (looksLikeOne) expect(hostAddress(text).ok).toBe(isIPv4(text) || isIPv6(text));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('a login name', () => {
  it.each(['root', '_apt', 'a', 'user-1', 'x'.repeat(32)])('may be "%s"', (text) => {
    expect(userName(text)).toMatchObject({ ok: true, value: text });
  });

  it.each(['', 'Root', '1user', '-u', 'x'.repeat(33), 'a b', 'a$', 'rööt', 'root\n'])('may not be %j', (text) => {
    expect(userName(text)).toMatchObject({ ok: false, findings: [{ code: 'invalid_user' }] });
  });
});

describe('a host key’s fingerprint', () => {
  it('is SHA256 and 43 characters of base64, as ssh-keygen -lf prints it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (digest) => {
        const text = `SHA256:${Buffer.from(digest).toString('base64').replace(/=+$/, '')}`;
        expect(hostKeyFingerprint(text)).toMatchObject({ ok: true, value: text });
      }),
    );
  });

  it.each([
    '',
    `SHA256:${'A'.repeat(42)}`,
    `SHA256:${'A'.repeat(43)}=`,
    `sha256:${'A'.repeat(43)}`,
    `SHA512:${'A'.repeat(43)}`,
    `MD5:${'aa:'.repeat(15)}aa`,
    `SHA256:${'-'.repeat(43)}`,
    ` SHA256:${'A'.repeat(43)}`,
    `SHA256:${'A'.repeat(43)}\n`,
  ])('is not %j', (text) => {
    expect(hostKeyFingerprint(text)).toMatchObject({ ok: false, findings: [{ code: 'invalid_fingerprint' }] });
  });
});

describe('a node id', () => {
  it('is a whole number from 1 to 4294967295 (corosync.conf(5), nodeid)', () => {
    expect([1, 4_294_967_295].map(nodeId)).toEqual([1, 4_294_967_295]);
    expect([0, -1, 1.5, 4_294_967_296, Number.NaN, Infinity].map(nodeId)).toEqual(Array(6).fill(null));
  });
});
