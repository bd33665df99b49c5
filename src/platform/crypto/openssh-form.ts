const LINE = /.{1,70}/g;
/** As much as is missing to whole blocks of eight bytes. */
const PADDING = Buffer.from([1, 2, 3, 4, 5, 6, 7]);
/** Two equal numbers tell a right passphrase from a wrong one; without a passphrase any two will do. */
const CHECK = Buffer.alloc(8);
const ONE_KEY = Buffer.from([0, 0, 0, 1]);

/** RFC 4251, 5: the length in four bytes, then the bytes. */
const sshString = (content: string | Buffer): Buffer => {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/**
 * An Ed25519 key as OpenSSH keeps it, without a passphrase (OpenSSH's `PROTOCOL.key`): the public key, then the
 * private section with its padding.
 * @param seed the private half, 32 bytes (RFC 8032, 5.1.5)
 * @param publicKey 32 bytes
 * @param comment shown beside the public key wherever it is listed
 */
export const inOpenSshForm = (seed: Buffer, publicKey: Buffer, comment: string): string => {
  const publicPart = Buffer.concat([sshString('ssh-ed25519'), sshString(publicKey)]);
  const pair = sshString(Buffer.concat([seed, publicKey]));
  const privatePart = Buffer.concat([CHECK, publicPart, pair, sshString(comment)]);
  const padding = PADDING.subarray(0, -privatePart.length & 7);
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...['none', 'none', ''].map(sshString),
    ONE_KEY,
    sshString(publicPart),
    sshString(Buffer.concat([privatePart, padding])),
  ]);
  const lines = whole.toString('base64').match(LINE) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
};
