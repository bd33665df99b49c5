import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  CertutilUsage,
  DATABASE_FILES,
  DatabaseDirectory,
  LEGACY_DATABASE_FILES,
  Nickname,
  PASSWORD_FILE,
  TrustFlags,
} from '../../../src/core/qnetd/nss.ts';

const QNETD_SCRIPT = '/usr/bin/corosync-qnetd-certutil';
const QDEVICE_SCRIPT = '/usr/sbin/corosync-qdevice-net-certutil';

describe("the names of NSS's entries", () => {
  it.skipIf(!existsSync(QNETD_SCRIPT))("are those of Debian's own script for the arbiter", () => {
    const script = readFileSync(QNETD_SCRIPT, 'utf8');
    expect(script).toContain(`CA_NICKNAME="${Nickname.qnetCa}"`);
    expect(script).toContain(`SERVER_NICKNAME="${Nickname.qnetdCert}"`);
    expect(script).toContain(`CERTDB_FILES=("${DATABASE_FILES.join(' ')}"`);
    expect(script).toContain(`"${LEGACY_DATABASE_FILES.join(' ')}")`);
    expect(script).toContain(`PWD_FILE="$DB_DIR/${PASSWORD_FILE}"`);
    expect(DatabaseDirectory.qnetd).toBe(`${/CONFIG_DIR="(.*)"/.exec(script)?.[1]}/nssdb`);
  });

  it.skipIf(!existsSync(QDEVICE_SCRIPT))("are those of Debian's own script for a node", () => {
    const script = readFileSync(QDEVICE_SCRIPT, 'utf8');
    expect(script).toContain(`CA_NICKNAME="${Nickname.qnetCa}"`);
    expect(script).toContain(`CLUSTER_NICKNAME="${Nickname.clusterCert}"`);
    expect(DatabaseDirectory.qdevice).toBe(`${/BASE_DIR="(.*)"/.exec(script)?.[1]}/nssdb`);
  });
});

describe('the trust', () => {
  it('of the CA is for clients only on the arbiter and for servers only on a node', () => {
    expect(TrustFlags.caOnArbiter).toBe('T,,');
    expect(TrustFlags.caOnNode).toBe('C,,');
  });

  it('is never given for mail or code (the second and third field)', () => {
    for (const flags of [
      TrustFlags.caOnArbiter,
      TrustFlags.caOnNode,
      TrustFlags.caWhileVerifying,
      TrustFlags.blockedCertificate,
    ]) {
      expect(flags.split(',').slice(1)).toEqual(['', '']);
    }
  });

  it('is checked by each side for its own use', () => {
    expect(CertutilUsage).toEqual({ client: 'C', server: 'V' });
  });
});
