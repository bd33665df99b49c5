import { CertificateAuthority } from './certificates/certificate.entity.ts';
import { SshCredential } from './hosts/ssh-credential.entity.ts';
import { Webhook } from './notifications/webhook.entity.ts';
import { KekFileUnusable, makeKekFile, readKekFile, type KekFile } from './platform/config/kek-file.ts';
import type { Database, Session } from './platform/database/database.ts';

/**
 * The key-encryption key of this database. It is made only for a database in which nothing is sealed yet: a new key beside
 * old secrets would open none of them, and nobody would know before the first job failed.
 * @throws KekFileUnusable
 */
export const sealingKey = async (kekFile: string, database: Database): Promise<KekFile> => {
  const sealedBy = await keysInUse(database.read);
  const found = readKekFile(kekFile);
  if (!found && sealedBy.length > 0) {
    throw new KekFileUnusable(`${kekFile} is missing, and the database holds secrets that only that key opens`);
  }
  const file = found ?? makeKekFile(kekFile);
  const strangers = sealedBy.filter((id) => id !== file.kek.id);
  if (strangers.length === 0) return file;
  throw new KekFileUnusable(`${kekFile} is another key than the one that the database's secrets were sealed with`);
};

/** The ids of the keys that secrets are sealed with: `v1:<key id>:…`. */
const keysInUse = async ({ manager }: Session): Promise<readonly string[]> => {
  const credentials = await manager.find(SshCredential, { select: { id: true, sealedPrivateKey: true } });
  const authorities = await manager.find(CertificateAuthority, { select: { id: true, sealedPrivateKey: true } });
  const webhooks = await manager.find(Webhook, { select: { id: true, sealedSecret: true, sealedOldSecret: true } });
  const sealed = [
    ...[...credentials, ...authorities].map(({ sealedPrivateKey }) => sealedPrivateKey),
    ...webhooks.map(({ sealedSecret }) => sealedSecret),
    ...webhooks.flatMap(({ sealedOldSecret }) => sealedOldSecret ?? []),
  ];
  return [...new Set(sealed.map((text) => text.split(':')[1] ?? ''))];
};
