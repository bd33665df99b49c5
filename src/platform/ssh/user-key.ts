import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import ssh2, { type ParsedKey } from 'ssh2';
import { error, fail, succeed, type Result } from '../../core/finding.ts';
import { Secret } from '../crypto/secret.ts';
import { offeredHostKey } from './host-key.ts';
import { inOpenSshForm } from './openssh-form.ts';

/** The public side of a key that we log in with. */
export interface UserKey {
  /** The line for `authorized_keys`, without a comment. */
  readonly publicKey: string;
  /** As `ssh-keygen -lf` prints it. */
  readonly fingerprint: string;
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, … */
  readonly keyType: string;
}

/** The private key as the driver wants it, or nothing when the text is none. */
export const parsedPrivateKey = (privateKey: Secret): ParsedKey | undefined => {
  try {
    // For some damaged keys ssh2 returns neither a key nor an error, against its types.
    const key: ParsedKey | Error | undefined = ssh2.utils.parseKey(privateKey.reveal());
    return key === undefined || key instanceof Error || !key.isPrivateKey() ? undefined : key;
  } catch {
    return undefined;
  }
};

/** Reads a private key; the finding never repeats any of its text. */
export const readUserKey = (privateKey: Secret): Result<UserKey> => {
  const key = parsedPrivateKey(privateKey);
  if (key === undefined) {
    return fail(
      error(
        'invalid_private_key',
        'privateKey',
        'This is no private key that can be read. Give one without a passphrase in OpenSSH’s form, as ssh-keygen writes it.',
      ),
    );
  }
  const { fingerprint, keyType } = offeredHostKey(key.getPublicSSH());
  return succeed({ publicKey: `${keyType} ${key.getPublicSSH().toString('base64')}`, fingerprint, keyType });
};

const generate = promisify(generateKeyPair);

/**
 * A new Ed25519 private key in OpenSSH's form, without a passphrase; node:crypto draws it outside the event loop.
 * Not by ssh2's own generator: that strips leading zero bytes from the public key (1.17, `lib/keygen.js`), so that one
 * key in 256 can be read by nobody.
 */
export const newUserKey = async (): Promise<Secret> => {
  const { privateKey } = await generate('ed25519');
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
  return new Secret(inOpenSshForm(Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')));
};
