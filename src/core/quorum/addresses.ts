import type { QnetdClient } from '../corosync/tools/qnetd-tool.ts';

const MAPPED = '::ffff:';
const IP = /^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)$/;

/** An address in the one form in which two are compared: qnetd prints IPv4 peers of its IPv6 socket with `::ffff:` before them. */
export const plainAddress = (address: string): string => {
  const lower = address.toLowerCase();
  return lower.startsWith(MAPPED) ? lower.slice(MAPPED.length) : lower;
};

/** The numeric ones of these addresses, in that form: a host name can be compared with no peer's address. */
export const numericAddresses = (addresses: readonly string[]): readonly string[] =>
  addresses.map(plainAddress).filter((address) => IP.test(address));

export const isVerified = ({ tls }: Pick<QnetdClient, 'tls'>): boolean => tls.active && tls.certificateVerified;

/**
 * Whether these clients look like a cluster behind an address translation: several, each of which has shown its certificate, and
 * all of them from one address.
 */
export const shareOneAddress = (clients: readonly QnetdClient[]): boolean =>
  clients.length > 1 &&
  clients.every(isVerified) &&
  new Set(clients.map(({ address }) => plainAddress(address))).size === 1;

/** Whether the client comes from one of these addresses; null when none is known to compare with. */
export const comesFrom = ({ address }: QnetdClient, addresses: readonly string[]): boolean | null => {
  const known = numericAddresses(addresses);
  return known.length === 0 ? null : known.includes(plainAddress(address));
};
