import { error, fail, succeed, warning, type Finding, type Result } from '../finding.ts';
import { hostAddress, type HostAddress } from '../names.ts';

/** Where the agents on nodes reach the service. */
export interface ReportTarget {
  /** Without a slash at its end. It stands in a configuration file of curl, so nothing is in it that has to be quoted there. */
  readonly url: string;
  /** False for http: then the token can be read on the way. */
  readonly isEncrypted: boolean;
}

const URL_FORM =
  /^(?<scheme>https?):\/\/(?:\[(?<ipv6>[0-9A-Fa-f:.]+)\]|(?<host>[A-Za-z0-9.-]+))(?<port>:\d{1,5})?(?<path>(?:\/[A-Za-z0-9._~-]+)*)\/?$/;

/** Addresses that no router of the internet forwards (RFC 1918, RFC 4193, RFC 3927, loopback). */
const PRIVATE_RANGE = /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:|fe80:|::1$)/;
/** Whatever else of digits and dots could be a name is no address to `hostAddress`. */
const IP = /^[\d.]+$|:/;
const isPrivate = (address: HostAddress): boolean => IP.test(address) && PRIVATE_RANGE.test(address);

/**
 * Reads the URL under which nodes reach the service: `https://umpire.example.net`, with a port or a path where there is a
 * proxy. Plain http only to a private address written as such, for a management network or a tunnel.
 */
export const reportTarget = (text: string): Result<ReportTarget> => {
  const { scheme, ipv6, host, port = '', path = '' } = URL_FORM.exec(text)?.groups ?? {};
  const address = hostAddress(ipv6 ?? host ?? '');
  if (scheme === undefined || !address.ok || Number(port.slice(1)) > 65_535) return fail(invalid());
  const isEncrypted = scheme === 'https';
  if (!isEncrypted && !isPrivate(address.value)) return fail(inTheOpen());
  const url = `${scheme}://${ipv6 === undefined ? address.value : `[${address.value}]`}${port}${path}`;
  return succeed({ url, isEncrypted }, isEncrypted ? [] : [inClear(address.value)]);
};

/** The route that the agent of a node of this cluster reports to. */
export const readingsUrl = ({ url }: Pick<ReportTarget, 'url'>, clusterId: string): string =>
  `${url}/v1/clusters/${clusterId}/readings`;

const FIELD = 'options.reportTo';

const invalid = (): Finding =>
  error(
    'invalid_report_target',
    FIELD,
    'reportTo is the URL under which the nodes reach this service: https://HOST, perhaps with :PORT and a path, without user, query or fragment.',
  );
const inTheOpen = (): Finding =>
  error(
    'report_target_in_the_open',
    FIELD,
    'Over http anybody on the way could read the tokens of the agents. Give an https URL, or http with a private IP address inside your own network.',
  );
const inClear = (address: HostAddress): Finding =>
  warning(
    'report_target_in_clear',
    FIELD,
    `Over http to ${address} whoever is on that network can read an agent's token, and with it report ill of its node. Put TLS before the service where that network is not yours alone.`,
  );
