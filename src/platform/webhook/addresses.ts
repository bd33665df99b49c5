import ipaddr from 'ipaddr.js';

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** The one block of IPv6 that addresses of the Internet are given from (IANA, "IPv6 Address Space"). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address is one of the public Internet: in no range that IANA's special-purpose registries know (RFC 6890: private,
 * loopback, link-local, shared, documentation, benchmarking, multicast, reserved …), nor one that carries another address inside
 * (IPv4-mapped, NAT64, 6to4, Teredo), behind which anything may lie.
 * @param address as a resolver gives it; what is none is not public
 */
export const isPublicAddress = (address: string): boolean => {
  const parsed = parse(address);
  if (parsed === null || parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || within(parsed, GLOBAL_UNICAST);
};

/** Ranges that are allowed although they are not public. */
export class AllowedRanges {
  readonly #ranges: readonly Range[];

  /** @param cidrs as `isCidr` takes them */
  constructor(cidrs: readonly string[]) {
    this.#ranges = cidrs.map((cidr) => ipaddr.parseCIDR(cidr));
  }

  has(address: string): boolean {
    const parsed = parse(address);
    return parsed !== null && this.#ranges.some((range) => within(parsed, range));
  }
}

/** `10.0.0.0/8` or `fd00::/8`: an address in its usual form, and how many of its bits count. */
export const isCidr = (text: string): boolean => {
  const [address = '', bits = '', ...more] = text.split('/');
  return more.length === 0 && /^\d{1,3}$/.test(bits) && parse(address) !== null && ipaddr.isValidCIDR(text);
};

/** Only the four decimal numbers, or IPv6 without a zone: the odd forms of numbers are the URL parser's to read. */
const parse = (address: string): ipaddr.IPv4 | ipaddr.IPv6 | null => {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address);
  return /^[0-9a-f:.]+$/i.test(address) && ipaddr.IPv6.isValid(address) ? ipaddr.IPv6.parse(address) : null;
};

const within = (address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Range): boolean =>
  address.kind() === network.kind() && address.match(network, bits);
