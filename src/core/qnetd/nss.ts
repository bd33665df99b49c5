/*
 * Where qnetd and qdevice keep their NSS databases, and what the entries are called. The names are compiled into the
 * daemons or their certutil scripts (corosync-qdevice 3.0.0 to 3.0.4): `qdevices/qnet-config.h`,
 * `corosync-qnetd-certutil.sh`, `corosync-qdevice-net-certutil.sh`.
 */

/** Nicknames inside the databases. */
export const Nickname = {
  /** On both sides; CA_NICKNAME of both scripts. */
  qnetCa: 'QNet CA',
  /** On the arbiter; QNETD_DEFAULT_CERT_NICKNAME. */
  qnetdCert: 'QNetd Cert',
  /** On the node; QDEVICE_NET_DEFAULT_NSS_CLIENT_CERT_NICKNAME. */
  clusterCert: 'Cluster Cert',
} as const;

/** The least trust that works, measured on Debian 12 with NSS 3.87 (the scripts give `CT,,` and `CT,c,c`). certutil(1), -t. */
export const TrustFlags = {
  /** `T`: a CA that is trusted to issue client certificates, on the arbiter. */
  caOnArbiter: 'T,,',
  /** `C`: a CA that is trusted to issue server certificates, on a node. */
  caOnNode: 'C,,',
  /**
   * Both, and only until `certutil -V` has looked: it judges a side's own certificate by the trust that the other side
   * needs, so that with the least trust it calls each good certificate invalid (measured with NSS 3.87). Afterwards
   * `certutil -M -t` sets the least.
   */
  caWhileVerifying: 'CT,,',
  /** `u`: the private key is here. certutil sets it by itself; asking for it does no harm. */
  ownCertificate: 'u,u,u',
  /** `p` alone: this certificate is distrusted, whoever signed it. Works at the next handshake. */
  blockedCertificate: 'p,,',
} as const;

/** The letter of `certutil -V -u` by which each side checks its own certificate. certutil(1). */
export const CertutilUsage = { client: 'C', server: 'V' } as const;

/** Where Debian's packages look (QNETD_DEFAULT_NSS_DB_DIR, QDEVICE_NET_DEFAULT_NSS_DB_DIR with sysconfdir /etc). */
export const DatabaseDirectory = {
  /** A plain path for `-S nss_db_dir=`: qnetd refuses the `sql:` prefix. It follows a symbolic link. */
  qnetd: '/etc/corosync/qnetd/nssdb',
  qdevice: '/etc/corosync/qdevice/net/nssdb',
} as const;

/** What certutil(1) makes in a database directory of type `sql`, NSS's default since 3.35. */
export const DATABASE_FILES = ['cert9.db', 'key4.db', 'pkcs11.txt'] as const;
/** The old type `dbm`: a directory that holds these has a database too (CERTDB_FILES of both scripts). */
export const LEGACY_DATABASE_FILES = ['cert8.db', 'key3.db', 'secmod.db'] as const;
/** Beside the database: an empty file, as the daemons open the database without a password. */
export const PASSWORD_FILE = 'pwdfile.txt';

/** Debian's owner of qnetd's database (corosync-qnetd.service, User=), and modes as the scripts set them. */
export const QNETD_OWNER = 'coroqnetd';
export const DatabaseMode = {
  /** With `-G`, as Debian's postinst calls the script. */
  qnetd: { directory: 0o750, file: 0o640 },
  qdevice: { directory: 0o770, file: 0o660 },
} as const;

/** QNETD_DEFAULT_HOST_PORT */
export const QNETD_PORT = 5403;
