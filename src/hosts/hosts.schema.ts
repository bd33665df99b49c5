import { z } from 'zod';
import { hostKeyFingerprint, userName } from '../core/names.ts';
import type { Result } from '../core/finding.ts';
import { instant, iso } from '../core/time.ts';
import { pageOf, pageQuery } from '../platform/http/paging.ts';
import { label, time, uuid } from '../platform/http/schemas.ts';
import type { HostKey } from './host-key.entity.ts';
import type { SshCredential } from './ssh-credential.entity.ts';

/** A field whose allow-list stands in `core/names`. */
export const named = <T>(make: (text: string) => Result<T>, description: string) =>
  z
    .string()
    .describe(description)
    .superRefine((text, context) => {
      const made = make(text);
      if (!made.ok) context.addIssue({ code: 'custom', message: made.findings[0]?.message ?? 'is not allowed' });
    });

export const port = z.int().min(1).max(65_535);
export const fingerprint = named(hostKeyFingerprint, 'OpenSSH’s form: SHA256: and unpadded base64.');

export const newCredential = z
  .strictObject({
    name: label,
    customerId: uuid.optional(),
    user: named(userName, 'The login name on the hosts: root, or a user with NOPASSWD sudo.'),
    privateKey: z
      .string()
      .max(16_384)
      .optional()
      .describe('OpenSSH or PEM, without a passphrase. It never comes back.'),
    generate: z.literal(true).optional().describe('Make a new Ed25519 key instead of giving one.'),
  })
  .refine(
    (body) => (body.privateKey === undefined) !== (body.generate === undefined),
    'give either privateKey or "generate": true',
  );
export type NewCredential = z.output<typeof newCredential>;

export const credentialSchema = z.object({
  id: uuid,
  name: z.string(),
  customerId: uuid.nullable(),
  user: z.string(),
  publicKey: z.string().describe('For the authorized_keys file of that user.'),
  fingerprint: z.string(),
  version: z.int(),
  createdAt: time,
});
export const credentialPageSchema = pageOf(credentialSchema);

/** The private key is left behind here, sealed as it is. */
export const presentCredential = ({ sealedPrivateKey: _, ...credential }: SshCredential) => ({
  ...credential,
  createdAt: iso(instant(credential.createdAt)),
});

const status = z.enum(['unconfirmed', 'confirmed']);
export const hostKeyQuery = pageQuery.extend({ status: status.optional() });
export const confirmation = z
  .strictObject({
    fingerprint: fingerprint
      .optional()
      .describe('The one that you compared on the host; refused when another stands here.'),
  })
  .optional();

export const hostKeySchema = z.object({
  id: uuid,
  customerId: uuid.nullable(),
  address: z.string(),
  port: z.int(),
  status,
  fingerprint: z.string().nullable().describe('null until the host was first reached.'),
  seenAt: time.nullable(),
  confirmedAt: time.nullable(),
  version: z.int(),
  createdAt: time,
});
export const hostKeyPageSchema = pageOf(hostKeySchema);

const isoOrNull = (at: number | null) => (at === null ? null : iso(instant(at)));

export const presentHostKey = (hostKey: HostKey) => ({
  ...hostKey,
  seenAt: isoOrNull(hostKey.seenAt),
  confirmedAt: isoOrNull(hostKey.confirmedAt),
  createdAt: iso(instant(hostKey.createdAt)),
});
