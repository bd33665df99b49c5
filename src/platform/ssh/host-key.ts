import { createHash } from 'node:crypto';
import type { HostKeyFingerprint } from '../../core/names.ts';

/** The key that a host offers, as `ssh-keygen -lf` would name it. */
export interface OfferedHostKey {
  readonly fingerprint: HostKeyFingerprint;
  /** As in the key itself: `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, … */
  readonly keyType: string;
}

/** Reads a host's public key blob (RFC 4253, 6.6: a string with the type's name comes first). */
export const offeredHostKey = (blob: Buffer): OfferedHostKey => ({
  fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}` as HostKeyFingerprint,
  keyType: blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1'),
});
