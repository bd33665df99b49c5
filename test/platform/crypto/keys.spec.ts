import { createPrivateKey, createPublicKey, generateKeyPairSync, verify, type KeyObject } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { generateKeys, type KeyKind } from '../../../src/platform/crypto/keys.ts';
import { acceptPublicKey } from '../../../src/platform/crypto/public-key.ts';
import { Secret } from '../../../src/platform/crypto/secret.ts';
import { localSigner } from '../../../src/platform/crypto/signer.ts';

const pkcs8Of = ({ privateKey }: { readonly privateKey: KeyObject }): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('generateKeys', () => {
  it.each<[KeyKind, 'rsa' | 'ec', object]>([
    ['p256', 'ec', { namedCurve: 'prime256v1' }],
    ['p384', 'ec', { namedCurve: 'secp384r1' }],
    ['rsa2048', 'rsa', { modulusLength: 2_048, publicExponent: 65_537n }],
    ['rsa3072', 'rsa', { modulusLength: 3_072, publicExponent: 65_537n }],
  ])('makes %s, whose two halves belong together', async (kind, family, details) => {
    const { privateKeyPem, publicKey } = await generateKeys(kind);
    const key = createPrivateKey(privateKeyPem.reveal());
    expect(key.asymmetricKeyDetails).toMatchObject(details);
    expect(publicKey.family).toBe(family);
    expect(createPublicKey(key).export({ type: 'spki', format: 'der' }).equals(publicKey.spki)).toBe(true);
  });

  it('never shows the private key (invariant 16)', async () => {
    const pair = await generateKeys('p256');
    const line = pair.privateKeyPem.reveal().split('\n')[1] ?? '';
    expect(line.length).toBeGreaterThan(40);
    expect(inspect(pair, { depth: 9, showHidden: true }) + JSON.stringify(pair)).not.toContain(line);
  });

  it('names a key by the first 160 bits of the SHA-256 of its bits (RFC 7093, 2)', async () => {
    const [one, other] = [await generateKeys('p256'), await generateKeys('p256')];
    const again = acceptPublicKey(one.publicKey.spki, 'x');
    expect(one.publicKey.keyId).toMatch(/^[0-9a-f]{40}$/);
    expect(again.ok && again.value.keyId).toBe(one.publicKey.keyId);
    expect(other.publicKey.keyId).not.toBe(one.publicKey.keyId);
  });
});

describe('localSigner', () => {
  it.each<[KeyKind, string, string]>([
    ['p256', 'ecdsa-sha256', 'sha256'],
    ['p384', 'ecdsa-sha384', 'sha384'],
    ['rsa2048', 'rsa-sha256', 'sha256'],
  ])('signs with %s by %s', async (kind, algorithm, digest) => {
    const { privateKeyPem, publicKey } = await generateKeys(kind);
    const signer = localSigner(privateKeyPem);
    if (!signer.ok) throw new Error(signer.findings[0]?.code);
    const text = Buffer.from('to be signed');
    const signature = await signer.value.sign(text);
    const key = createPublicKey({ key: Buffer.from(publicKey.spki), format: 'der', type: 'spki' });
    expect(signer.value.algorithm).toBe(algorithm);
    expect(Buffer.from(signer.value.publicKeySpki).equals(publicKey.spki)).toBe(true);
    expect(verify(digest, text, key, signature)).toBe(true);
    expect(verify(digest, Buffer.from('something else'), key, signature)).toBe(false);
  });

  it.each<[string, () => string, string]>([
    ['Ed25519', () => pkcs8Of(generateKeyPairSync('ed25519')), 'key_kind_refused'],
    ['P-521', () => pkcs8Of(generateKeyPairSync('ec', { namedCurve: 'secp521r1' })), 'curve_refused'],
    ['RSA-1024', () => pkcs8Of(generateKeyPairSync('rsa', { modulusLength: 1_024 })), 'rsa_key_too_short'],
    ['rubbish', () => 'rubbish', 'signing_key_unreadable'],
    [
      'a public key',
      () => generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      'signing_key_unreadable',
    ],
  ])('refuses %s, and repeats nothing of it', (_, make, code) => {
    const pem = make();
    const refused = localSigner(new Secret(pem));
    expect(refused).toMatchObject({ ok: false, findings: [{ code }] });
    expect(JSON.stringify(refused)).not.toContain(pem.split('\n')[1] ?? 'rubbish!');
  });

  it('shows nothing of its key (invariant 16)', async () => {
    const { privateKeyPem } = await generateKeys('p256');
    const signer = localSigner(privateKeyPem);
    const line = privateKeyPem.reveal().split('\n')[1] ?? '';
    expect(inspect(signer, { depth: 9, showHidden: true }) + JSON.stringify(signer)).not.toContain(line);
  });
});
