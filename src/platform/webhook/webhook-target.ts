import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { error, fail, succeed, type Result } from '../../core/finding.ts';
import type { WebhookUrl } from '../../core/notifications/webhook-url.ts';
import { AllowedRanges, isPublicAddress } from './addresses.ts';

export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** Asks for every address of a name; rejects when there is none. */
export type Resolve = (host: string) => Promise<readonly HostAddress[]>;

/** getaddrinfo(3), as every other program on this machine resolves names. */
export const systemResolve: Resolve = (host) => lookup(host, { all: true, order: 'verbatim' });

/** A resolver that does not answer holds up whoever asks for no longer than this. */
const RESOLVE_MS = 5_000;

/** A URL whose host was resolved: the addresses that may be connected to, and no others. */
export interface WebhookTarget {
  readonly url: WebhookUrl;
  readonly addresses: readonly HostAddress[];
}

/** Decides where webhooks may go. */
export class WebhookTargets {
  readonly #allowed: AllowedRanges;
  readonly #resolve: Resolve;
  readonly #resolveMs: number;

  /** @param allowed the ranges of `UMPIRE_WEBHOOK_ALLOW`, in CIDR */
  constructor(allowed: readonly string[], resolve: Resolve = systemResolve, resolveMs = RESOLVE_MS) {
    this.#allowed = new AllowedRanges(allowed);
    this.#resolve = resolve;
    this.#resolveMs = resolveMs;
  }

  /**
   * Resolves the host once; every address of the answer must be public, for one of them is enough to reach inside. Whoever
   * sends connects to these addresses and does not ask again, so a second answer of the name changes nothing.
   * @param mayBeInside whether the ranges of `UMPIRE_WEBHOOK_ALLOW` count: not for what a customer's own token has set
   * @returns `webhook_host_unknown`, `webhook_target_refused` or `webhook_needs_tls`; none of them tells an address, for whoever
   *   registers a webhook is not to learn by it what stands inside
   */
  async find(url: WebhookUrl, mayBeInside: boolean): Promise<Result<WebhookTarget>> {
    const addresses = await this.#addressesOf(url.host);
    if (addresses.length === 0) {
      return fail(error('webhook_host_unknown', 'url', 'The host of the URL has no address. Is the name right?'));
    }
    const isInside = ({ address }: HostAddress) => mayBeInside && this.#allowed.has(address);
    if (!addresses.every((one) => isInside(one) || isPublicAddress(one.address))) {
      const message =
        'The URL leads to an address that is not public. UMPIRE_WEBHOOK_ALLOW lists those that are allowed.';
      return fail(error('webhook_target_refused', 'url', message));
    }
    // Over the Internet nobody may read along; inside, the MSP has said so itself.
    if (!url.isTls && !addresses.every(isInside)) {
      return fail(error('webhook_needs_tls', 'url', 'Use https://. http:// is for hosts within UMPIRE_WEBHOOK_ALLOW.'));
    }
    return succeed({ url, addresses });
  }

  async #addressesOf(host: string): Promise<readonly HostAddress[]> {
    const family = isIP(host);
    if (family !== 0) return [{ address: host, family }];
    const answered = new AbortController();
    const tooLate = wait(this.#resolveMs, [], { signal: answered.signal }).catch(() => []);
    const addresses = await Promise.race([this.#resolve(host).catch(() => []), tooLate]);
    answered.abort();
    return addresses;
  }
}
