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
/** Four decimal numbers without leading zeros, which some resolvers would read as octal. */
const IPV4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;
const IPV6_GROUP = /^[0-9A-Fa-f]{1,4}$/;

/** RFC 4291, 2.2: eight groups, `::` once in the place of one group or more, the last two perhaps written as IPv4. */
const isIpv6 = (text: string): boolean => {
  const [head = '', tail, ...more] = text.split('::');
  const parts = [head, tail ?? ''].flatMap((part) => (part === '' ? [] : part.split(':')));
  const last = parts.at(-1) ?? '';
  const groups = text.endsWith(last) && IPV4.test(last) ? [...parts.slice(0, -1), '0', '0'] : parts;
  const fits = tail === undefined ? groups.length === 8 : groups.length <= 7;
  return more.length === 0 && fits && groups.every((group) => IPV6_GROUP.test(group));
};

/** Resolvers read such a name as an IPv4 address in one of its odd forms (WHATWG URL, 3.5, "ends in a number"). */
const ENDS_IN_NUMBER = /(^|\.)(\d+|0x[0-9a-f]*)$/i;

/** A host's address: a DNS name, an IPv4 address or an IPv6 address without brackets or zone. Lower-cased. */
export const hostAddress = (text: string): Result<HostAddress> => {
  const valid = IPV4.test(text) || isIpv6(text) || (!ENDS_IN_NUMBER.test(text) && DNS_NAME.test(text));
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
