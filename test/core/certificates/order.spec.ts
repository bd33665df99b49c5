import { describe, expect, it } from 'vitest';
import { judgeOrder, type CertificateOrder } from '../../../src/core/certificates/order.ts';
import { usualProfile } from '../../../src/core/certificates/profile.ts';
import { serialNumber } from '../../../src/core/certificates/serial.ts';
import { clientCommonName, SERVER_COMMON_NAME } from '../../../src/core/certificates/subject.ts';
import { validityAt } from '../../../src/core/certificates/validity.ts';
import type { Result } from '../../../src/core/finding.ts';
import { clusterName } from '../../../src/core/names.ts';
import { DAY_MS, instant, plus } from '../../../src/core/time.ts';

const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.findings[0]?.code);
  return result.value;
};

const NOW = instant(Date.UTC(2026, 10, 22));
const issuer = must(validityAt(usualProfile('ca'), NOW, null));
const client = usualProfile('client');
const order: CertificateOrder = {
  serial: must(serialNumber(new Uint8Array(16).fill(1))),
  commonName: clientCommonName(must(clusterName('lab1'))),
  validity: must(validityAt(client, NOW, issuer)),
  key: { spki: new Uint8Array(91), family: 'ec', keyId: '00'.repeat(20) },
};
const codes = (changed: Partial<CertificateOrder>, profile = client): readonly string[] =>
  judgeOrder({ ...order, ...changed }, profile, issuer).map(({ code }) => code);

describe('judgeOrder', () => {
  it('lets an order within its profile be signed', () => {
    expect(codes({})).toEqual([]);
  });

  it('refuses a life longer than the profile, by a second (invariant 16)', () => {
    const { notBefore } = order.validity;
    const longest = { notBefore, notAfter: plus(notBefore, client.lifetimeMs) };
    expect(codes({ validity: longest })).toEqual([]);
    expect(codes({ validity: { notBefore, notAfter: plus(longest.notAfter, 1_000) } })).toEqual([
      'order_validity_too_long',
    ]);
  });

  it('refuses a life that ends before it begins', () => {
    const { notBefore, notAfter } = order.validity;
    expect(codes({ validity: { notBefore: notAfter, notAfter: notBefore } })).toContain('order_validity_empty');
  });

  it('refuses a life outside that of the CA, on either side (invariant 18)', () => {
    const { notBefore, notAfter } = issuer;
    const early = { notBefore: plus(notBefore, -1_000), notAfter: plus(notBefore, DAY_MS) };
    const late = { notBefore: plus(notAfter, -DAY_MS), notAfter: plus(notAfter, 1_000) };
    expect(codes({ validity: early })).toEqual(['order_outlives_issuer']);
    expect(codes({ validity: late })).toEqual(['order_outlives_issuer']);
  });

  it('refuses a client that is named as the server, and a server that is not', () => {
    expect(codes({ commonName: SERVER_COMMON_NAME })).toEqual(['order_name_refused']);
    expect(codes({}, usualProfile('server'))).toEqual(['order_name_refused']);
    expect(codes({ commonName: SERVER_COMMON_NAME }, usualProfile('server'))).toEqual([]);
  });

  it('says everything that is wrong at once', () => {
    const validity = { notBefore: plus(issuer.notBefore, -DAY_MS), notAfter: plus(issuer.notAfter, DAY_MS) };
    expect(codes({ validity, commonName: SERVER_COMMON_NAME })).toEqual([
      'order_validity_too_long',
      'order_outlives_issuer',
      'order_name_refused',
    ]);
  });

  it('measures a CA by its profile alone, as it is its own issuer', () => {
    const ca = usualProfile('ca');
    const validity = must(validityAt(ca, NOW, null));
    expect(judgeOrder({ ...order, validity }, ca, null)).toEqual([]);
  });
});
