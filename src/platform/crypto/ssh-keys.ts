import { createPublicKey, generateKeyPair, hash } from 'node:crypto';
import { promisify } from 'node:util';
import ssh2, { type ParsedKey } from 'ssh2';
import { error, fail, succeed, type Finding, type Result } from '../../core/finding.ts';
import { inOpenSshForm } from './openssh-form.ts';
import { Secret } from './secret.ts';

/** A key with which the service logs in to nodes and arbiters. */
export interface SshKeyPair {
  readonly privateKey: Secret;
  /** One line of an `authorized_keys` file: type, base64, comment. */
  readonly publicKey: string;
  /** As `ssh-keygen -lf` prints it: `SHA256:` and 43 characters of base64. */
  readonly fingerprint: string;
}

/** An RSA-16384 key in PEM is about 13 kB. */
const MAX_KEY_CHARACTERS = 16_384;

const generate = promisify(generateKeyPair);

/**
 * Makes an Ed25519 key pair in OpenSSH's format; node:crypto draws it outside the event loop. Not by ssh2's own
 * generator: that strips leading zero bytes from the public key (1.17, `lib/keygen.js`), so that one key in 256 can be
 * read by nobody.
 * @param comment printable characters of ASCII only
 */
export const generateSshKey = async (comment: string): Promise<SshKeyPair> => {
  if (!/^[\x20-\x7e]{0,100}$/.test(comment)) throw new RangeError('a comment that does not fit on its line');
  const { privateKey } = await generate('ed25519');
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
  const text = inOpenSshForm(Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url'), comment);
  const made = readSshKey(new Secret(text), 'generated key');
  if (!made.ok) throw new Error('a fresh SSH key cannot be read');
  return made.value;
};

/**
 * Reads a person's private key, and derives what may be shown of it.
 * @param privateKey OpenSSH's format, or PEM of type RSA or EC; not encrypted
 * @param subject whom a finding should name
 * @returns the pair; or `ssh_key_encrypted`, `ssh_key_unreadable`, `ssh_key_public`, `ssh_key_inconsistent`,
 *   `ssh_key_too_weak`. No finding repeats anything of what was given.
 */
export const readSshKey = (privateKey: Secret, subject: string): Result<SshKeyPair> => {
  const text = privateKey.reveal().replaceAll('\r\n', '\n').trim();
  const parsed = parse(text);
  if (parsed instanceof Error) return fail(unreadable(parsed, subject));
  const refusal = judge(parsed, subject);
  if (refusal !== null) return fail(refusal);
  const blob = parsed.getPublicSSH();
  return succeed({
    privateKey: new Secret(`${text}\n`),
    publicKey: [typeOf(blob), blob.toString('base64'), printable(parsed.comment)].filter(Boolean).join(' '),
    fingerprint: `SHA256:${hash('sha256', blob, 'base64').replace(/=+$/, '')}`,
  });
};

const parse = (text: string): ParsedKey | Error => {
  if (text.length > MAX_KEY_CHARACTERS) return new Error('too long');
  try {
    // Of a file with several keys, ssh2 gives a list, which its type definitions do not tell.
    const parsed: ParsedKey | Error | readonly (ParsedKey | Error)[] = ssh2.utils.parseKey(text);
    const [key, ...more] = [parsed].flat();
    return key === undefined || more.length > 0 ? new Error('not one key') : key;
  } catch {
    return new Error('rubbish');
  }
};

const unreadable = (problem: Error, subject: string): Finding =>
  problem.message.startsWith('Encrypted')
    ? error(
        'ssh_key_encrypted',
        subject,
        'The private key has a passphrase. Give it without one: `ssh-keygen -p -N ""`.',
      )
    : error(
        'ssh_key_unreadable',
        subject,
        "This is no private key in OpenSSH's format. `ssh-keygen -p -f FILE` rewrites a key in it.",
      );

const judge = (key: ParsedKey, subject: string): Finding | null => {
  if (!key.isPrivateKey()) {
    return error('ssh_key_public', subject, 'This is the public key. Give the private one, or have one generated.');
  }
  if (!isConsistent(key)) {
    return error('ssh_key_inconsistent', subject, 'The public part of the key does not belong to its private part.');
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(key.getPublicPEM());
  const isWeakRsa = asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) < 2_048;
  return isWeakRsa || asymmetricKeyType === 'dsa'
    ? error('ssh_key_too_weak', subject, 'Use Ed25519, ECDSA, or RSA of at least 2048 bits.')
    : null;
};

const isConsistent = (key: ParsedKey): boolean => {
  try {
    const text = Buffer.from('umpire');
    return key.verify(text, key.sign(text)) === true;
  } catch {
    return false;
  }
};

/** The blob names its own type (RFC 4253, 6.6); ssh2's `type` is that of the signature for RSA. */
const typeOf = (blob: Buffer): string => blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');

const printable = (comment: string | undefined): string => (comment ?? '').replace(/[^\x20-\x7e]/g, '').trim();
