import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2';

/** Host key algorithms by the type of key they sign with, preferred first. SHA-1 (`ssh-rsa`) and DSA are not spoken. */
const HOST_KEY_FAMILIES: readonly (readonly [keyType: RegExp, algorithms: readonly ServerHostKeyAlgorithm[]])[] = [
  [/^ssh-ed25519$/, ['ssh-ed25519']],
  [/^ecdsa-/, ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521']],
  [/^ssh-rsa$/, ['rsa-sha2-512', 'rsa-sha2-256']],
];

export const ALL_HOST_KEYS: readonly ServerHostKeyAlgorithm[] = HOST_KEY_FAMILIES.flatMap(([, family]) => family);

/** The algorithms of each other type of key, for a host that holds several keys and showed one of `keyType`. */
export const otherHostKeys = (keyType: string): readonly (readonly ServerHostKeyAlgorithm[])[] =>
  HOST_KEY_FAMILIES.filter(([type]) => !type.test(keyType)).map(([, family]) => family);

/**
 * What we speak, preferred first: what OpenSSH 8 and later offer by default, without SHA-1, CBC and compression.
 * AES-GCM stands before ChaCha20, which runs as WebAssembly here while AES is in the processor.
 */
export const algorithms = (serverHostKey: readonly ServerHostKeyAlgorithm[]): Algorithms => ({
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group14-sha256',
  ],
  serverHostKey: [...serverHostKey],
  cipher: [
    'aes128-ctr',
    'aes256-ctr',
    'aes192-ctr',
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
});
