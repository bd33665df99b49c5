import { error, fail, succeed, type Result } from './finding.ts';

/**
 * Names that have passed their allow-list, once. Every name that reaches a command line, a certificate or a
 * configuration file has one of these types, and these functions are their only makers.
 */
type Branded<Name extends string> = string & { readonly __brand: Name };

/** Corosync's `totem.cluster_name`, which is also the CN of each client certificate of that cluster. */
export type ClusterName = Branded<'ClusterName'>;
/** A DNS name or an IP address, without a port. */
export type HostAddress = Branded<'HostAddress'>;
/** A login name on a node or an arbiter. */
export type UserName = Branded<'UserName'>;
/** OpenSSH's form: `SHA256:` and 43 characters of unpadded base64. */
export type HostKeyFingerprint = Branded<'HostKeyFingerprint'>;
/** Corosync's `nodelist.node.nodeid`, 1 to 4294967295. */
export type NodeId = number & { readonly __brand: 'NodeId' };

const CLUSTER_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/**
 * A cluster's name. NSS compares it to the certificate's CN as a host name: without regard to case, with wildcards
 * (`CERT_VerifyCertName`), while qnetd keys clusters by exact bytes. So `.` and `*` are not allowed, and names are
 * unique without regard to case: compare with `sameClusterName`.
 */
export const clusterName = (text: string): Result<ClusterName> =>
  CLUSTER_NAME.test(text)
    ? succeed(text as ClusterName)
    : fail(
        error(
          'invalid_cluster_name',
          'name',
          'A cluster name is 1 to 63 letters, digits, "-" or "_" and begins with a letter or digit. Give the name that stands as totem.cluster_name in corosync.conf.',
        ),
      );

/** The form in which two names are compared and kept unique. */
export const foldClusterName = (name: ClusterName): string => name.toLowerCase();
export const sameClusterName = (a: ClusterName, b: ClusterName): boolean => foldClusterName(a) === foldClusterName(b);

const DNS_NAME = /^(?=.{1,253}$)(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*$/;
const IPV4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
const IPV6 = /^(?=.{2,39}$)(?=.*:.*:)[0-9A-Fa-f:]+(\.\d{1,3}){0,3}$/;

/** A host's address: a DNS name, an IPv4 address or an IPv6 address without brackets or zone. Lower-cased. */
export const hostAddress = (text: string): Result<HostAddress> => {
  const looksNumeric = /^[\d.]+$/.test(text);
  const valid = IPV4.test(text) || IPV6.test(text) || (!looksNumeric && DNS_NAME.test(text));
  return valid
    ? succeed(text.toLowerCase() as HostAddress)
    : fail(
        error(
          'invalid_address',
          'address',
          'An address is a DNS name, an IPv4 address or an IPv6 address without brackets.',
        ),
      );
};

const USER_NAME = /^[a-z_][a-z0-9_-]{0,31}$/;

/** A login name as `useradd` allows it. */
export const userName = (text: string): Result<UserName> =>
  USER_NAME.test(text)
    ? succeed(text as UserName)
    : fail(
        error(
          'invalid_user',
          'user',
          'A user name is 1 to 32 lower-case letters, digits, "-" or "_", as useradd allows.',
        ),
      );

const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;

/** A host key's fingerprint as `ssh-keygen -lf` prints it. */
export const hostKeyFingerprint = (text: string): Result<HostKeyFingerprint> =>
  FINGERPRINT.test(text)
    ? succeed(text as HostKeyFingerprint)
    : fail(
        error(
          'invalid_fingerprint',
          'hostKeyFingerprint',
          'A host key fingerprint is "SHA256:" and 43 characters of base64 without padding, as `ssh-keygen -lf` prints it.',
        ),
      );

/** A node id, or null when the number is none. */
export const nodeId = (value: number): NodeId | null =>
  Number.isInteger(value) && value >= 1 && value <= 0xffff_ffff ? (value as NodeId) : null;
