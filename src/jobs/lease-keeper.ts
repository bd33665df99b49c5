import type { Lease } from './job.entity.ts';
import { LeaseLost, RENEW_MS, type Leases } from './leases.ts';

/** Renews a lease while the work lasts, and gives its signal when it is lost. */
export class LeaseKeeper implements AsyncDisposable {
  readonly lease: Lease;
  private readonly leases: Leases;
  private readonly lost = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(leases: Leases, lease: Lease) {
    this.leases = leases;
    this.lease = lease;
    this.timer = setInterval(() => void this.renew(), RENEW_MS);
  }

  /** Given when the lease is lost: nothing more may be done on any host. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  private async renew(): Promise<void> {
    try {
      await this.leases.renew(this.lease);
    } catch (thrown) {
      // A database that is away for a moment is not a lost lease; one that stays away until the expiry is found by `demand`.
      if (thrown instanceof LeaseLost) this.lost.abort(thrown);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.timer);
    if (!this.lost.signal.aborted) await this.leases.release(this.lease).catch(() => undefined);
  }
}
