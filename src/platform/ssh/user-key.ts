import ssh2, { type ParsedKey } from 'ssh2';
import type { Secret } from '../crypto/secret.ts';

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
