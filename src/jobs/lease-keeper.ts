import type { Session } from '../platform/database/database.ts';
import type { Lease } from './job.entity.ts';
import { LEASE_MS, LeaseLost, RENEW_MS, type Leases } from './leases.ts';

/** What a keeper asks of the leases. */
export type LeaseRows = Pick<Leases, 'renew' | 'release' | 'demand'>;

/**
 * Renews a lease while the work lasts, and gives its signal when it is lost: the database says so, or no renewal has
 * succeeded for as long as a lease lasts. The latter is told by this process's own monotonic clock, from the moment before
 * the last good renewal was asked for: then the lease has run out, whatever a database that is away would say.
 */
export class LeaseKeeper implements AsyncDisposable {
  readonly lease: Lease;
  private readonly leases: LeaseRows;
  private readonly lost = new AbortController();
  private readonly renewing: NodeJS.Timeout;
  private expiry: NodeJS.Timeout;
  private goodSince: number;

  /** @param askedAt `performance.now()` before the lease was asked for */
  constructor(leases: LeaseRows, lease: Lease, askedAt: number) {
    this.leases = leases;
    this.lease = lease;
    this.goodSince = askedAt;
    this.renewing = setInterval(() => void this.renew(), RENEW_MS);
    this.expiry = this.untilExpiry();
  }

  /** Given when the lease is lost: nothing more may be done on any host. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  /** Asserts that the lease is held now, by the own clock and by what is committed. @throws LeaseLost */
  async demand(session: Session): Promise<void> {
    // A process that was paused may come here before its timers have told it.
    if (performance.now() - this.goodSince >= LEASE_MS) this.lose();
    if (this.lost.signal.aborted) throw new LeaseLost(this.lease.subject);
    try {
      await this.leases.demand(session, this.lease);
    } catch (thrown) {
      if (thrown instanceof LeaseLost) this.lose();
      throw thrown;
    }
  }

  private async renew(): Promise<void> {
    const askedAt = performance.now();
    try {
      await this.leases.renew(this.lease);
    } catch (thrown) {
      // A database that is away for a moment is not a lost lease; the expiry sees to one that stays away.
      if (thrown instanceof LeaseLost) this.lose();
      return;
    }
    this.goodSince = Math.max(this.goodSince, askedAt);
    clearTimeout(this.expiry);
    this.expiry = this.untilExpiry();
  }

  private untilExpiry(): NodeJS.Timeout {
    return setTimeout(() => this.lose(), Math.max(0, this.goodSince + LEASE_MS - performance.now()));
  }

  private lose(): void {
    this.lost.abort(new LeaseLost(this.lease.subject));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.renewing);
    clearTimeout(this.expiry);
    if (!this.lost.signal.aborted) await this.leases.release(this.lease).catch(() => undefined);
  }
}
