import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Keyring, loadKek, type Kek } from '../../../src/platform/crypto/kek.ts';
import { randomKek } from '../../../src/platform/crypto/random.ts';
import { reseal, seal, unseal, type Place } from '../../../src/platform/crypto/sealing.ts';
import { Secret } from '../../../src/platform/crypto/secret.ts';

const freshKek = (): Kek => {
  const loaded = loadKek(randomKek());
  if (!loaded.ok) throw new Error('a fresh key does not load');
  return loaded.value;
};

const keyring = new Keyring(freshKek());
const place: Place = {
  table: 'certificate_authorities',
  column: 'private_key',
  id: '0199f0c2-6d1a-7c3e-8b1f-0123456789ab',
};
const TEXT = '-----BEGIN PRIVATE KEY-----\nnot really\n-----END PRIVATE KEY-----\n';
const sealed = seal(new Secret(TEXT), place, keyring);

const opened = (text: string, at: Place = place, by: Keyring = keyring): string => {
  const result = unseal(text, at, by);
  return result.ok ? result.value.reveal() : (result.findings[0]?.code ?? '');
};

describe('sealing', () => {
  it('opens where it was sealed', () => {
    expect(opened(sealed)).toBe(TEXT);
  });

  it('opens every text, whatever its length and characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        expect(opened(seal(new Secret(text), place, keyring))).toBe(text);
      }),
    );
  });

  it('shows nothing of the text', () => {
    expect(sealed).not.toContain(TEXT.slice(5, 15));
    expect(sealed).toMatch(/^v1:[0-9a-f]{16}:[A-Za-z0-9_-]{16}:[A-Za-z0-9_-]+$/);
  });

  it('never seals twice alike, as each has its own nonce', () => {
    const texts = Array.from({ length: 1_000 }, () => seal(new Secret(TEXT), place, keyring));
    expect(new Set(texts.map((text) => text.split(':')[2])).size).toBe(texts.length);
  });

  it.each<[string, Partial<Place>]>([
    ['row', { id: '0199f0c2-6d1a-7c3e-8b1f-0123456789ac' }],
    ['column', { column: 'token' }],
    ['table', { table: 'ssh_credentials' }],
  ])('does not open in another %s: a swap of rows is found', (_, moved) => {
    expect(opened(sealed, { ...place, ...moved })).toBe('seal_broken');
  });

  it('does not confuse places whose names run together', () => {
    const first = seal(new Secret(TEXT), { table: 'a', column: 'b"c', id: '1' }, keyring);
    expect(opened(first, { table: 'a"b', column: 'c', id: '1' })).toBe('seal_broken');
  });

  it('does not open when any one character was changed', () => {
    for (let at = 0; at < sealed.length; at += 1) {
      const character = sealed[at] === 'A' ? 'B' : 'A';
      expect(opened(sealed.slice(0, at) + character + sealed.slice(at + 1))).toMatch(
        /^seal_(broken|unreadable|key_unknown)$/,
      );
    }
  });

  it.each<[string, string]>([
    ['cut off', sealed.slice(0, -1)],
    ['without its tag', sealed.slice(0, -22)],
    ['longer', `${sealed}AAAA`],
    ['padded', `${sealed}=`],
    ['of another version', sealed.replace('v1', 'v2')],
    ['with a newline', `${sealed}\n`],
    ['empty', ''],
    ['not sealed at all', TEXT],
  ])('does not open a text that is %s', (_, text) => {
    expect(opened(text)).toMatch(/^seal_(broken|unreadable)$/);
  });

  it('names neither text nor key in its findings (invariant 16)', () => {
    const refused = unseal(sealed, { ...place, id: 'other' }, keyring);
    expect(refused).toMatchObject({
      ok: false,
      findings: [{ subject: 'certificate_authorities.private_key', params: { id: 'other' } }],
    });
    expect(JSON.stringify(refused)).not.toContain(sealed.split(':')[3]);
  });
});

describe('keys', () => {
  it('of another database do not open it', () => {
    expect(opened(sealed, place, new Keyring(freshKek()))).toBe('seal_key_unknown');
  });

  it('that have been replaced still open what they sealed, until it is sealed again', () => {
    const next = new Keyring(freshKek(), [keyring.current]);
    const renewed = reseal(sealed, place, next);
    if (!renewed.ok) throw new Error('could not be sealed again');
    expect(opened(sealed, place, next)).toBe(TEXT);
    expect(opened(renewed.value, place, new Keyring(next.current))).toBe(TEXT);
    expect(opened(renewed.value)).toBe('seal_key_unknown');
  });

  it('leave a text alone that is already sealed with the current one', () => {
    expect(reseal(sealed, place, keyring)).toMatchObject({ ok: true, value: sealed });
  });

  it('do not seal again what does not open', () => {
    expect(reseal(sealed, { ...place, id: 'other' }, keyring).ok).toBe(false);
  });

  it.each([
    '',
    'c2hvcnQ=',
    Buffer.alloc(31).toString('base64'),
    Buffer.alloc(33).toString('base64'),
    Buffer.alloc(32).toString('hex'),
    Buffer.alloc(32).toString('base64url'),
    `${Buffer.alloc(32).toString('base64').slice(0, -2)}B=`,
  ])('are 32 bytes in base64 and not %j', (text) => {
    const refused = loadKek(new Secret(text));
    expect(refused).toMatchObject({ ok: false, findings: [{ code: 'invalid_kek' }] });
    if (text !== '') expect(JSON.stringify(refused)).not.toContain(text);
  });

  it('may have a newline behind them, as files do', () => {
    expect(loadKek(new Secret(`${randomKek().reveal()}\n`)).ok).toBe(true);
  });

  it('are never shown (invariant 16)', () => {
    const text = randomKek();
    const loaded = loadKek(text);
    const shown = JSON.stringify(loaded) + inspect(loaded, { depth: 9, showHidden: true });
    expect(shown).not.toContain(text.reveal().slice(0, 20));
    expect(shown).not.toContain(Buffer.from(text.reveal(), 'base64').toString('hex').slice(0, 20));
  });
});
