import { describe, expect, it } from 'vitest';
import { caCommonName, clientCommonName, SERVER_COMMON_NAME } from '../../../src/core/certificates/subject.ts';
import { clusterName } from '../../../src/core/names.ts';

const INSTANCE = '0199f0c2-6d1a-7c3e-8b1f-0123456789ab';

describe('the fixed names', () => {
  it('calls the server what corosync-qdevice expects', () => {
    expect(SERVER_COMMON_NAME).toBe('Qnetd Server');
  });

  it('calls a client exactly as its cluster, letter case included', () => {
    const name = clusterName('Berlin_01');
    expect(name.ok && clientCommonName(name.value)).toBe('Berlin_01');
  });

  it('lets no cluster be called as the server', () => {
    expect(clusterName(SERVER_COMMON_NAME).ok).toBe(false);
  });
});

describe('caCommonName', () => {
  it('names a CA by the random part of its instance and its generation', () => {
    expect(caCommonName(INSTANCE, 1)).toMatchObject({ ok: true, value: 'Umpire QNet CA 0123456789ab G1' });
  });

  it('gives each generation its own name, as NSS keeps one subject under one nickname (invariant 18)', () => {
    const names = [1, 2, 3, 10].map((generation) => caCommonName(INSTANCE, generation));
    expect(new Set(names.map((name) => (name.ok ? name.value : ''))).size).toBe(4);
  });

  it('fits into the 64 characters of a CN (RFC 5280, ub-common-name)', () => {
    const longest = caCommonName(INSTANCE, 9_999);
    expect(longest.ok && longest.value.length).toBeLessThanOrEqual(64);
  });

  it.each([0, -1, 1.5, Number.NaN, 10_000, Number.POSITIVE_INFINITY])('refuses generation %d', (generation) => {
    expect(caCommonName(INSTANCE, generation)).toMatchObject({ ok: false, findings: [{ code: 'invalid_ca_name' }] });
  });

  it.each(['', 'x', '../etc', `${INSTANCE}\0`, INSTANCE.toUpperCase(), `${INSTANCE}, CN=lab1`])(
    'refuses instance %j',
    (id) => {
      expect(caCommonName(id, 1).ok).toBe(false);
    },
  );
});
