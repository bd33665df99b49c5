import { Inject, Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
import { plus, type Clock, instant } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { Database, type Session } from '../platform/database/database.ts';
import { insertRows } from '../platform/database/rows.ts';
import { Lease } from './job.entity.ts';

/** How long a lease lasts without being renewed. A process that died gives its subjects free after it. */
export const LEASE_MS = 15_000;
export const RENEW_MS = 5_000;

/** A lease that went to another, or was not renewed in time: whoever held it does nothing more. */
export class LeaseLost extends Error {
  constructor(subject: string) {
    super(`the lease on ${subject} is lost`);
  }
}

@Injectable()
export class Leases {
  /** This process, among all that share the database. */
  private readonly holder = randomUUIDv7();

  constructor(
    private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Takes the lease on a subject under the next fencing number, or null while another holds it. */
  async acquire(subject: string, jobId: string): Promise<Lease | null> {
    return this.database.write(async (tx) => {
      const now = this.clock.now();
      const before = await tx.manager.findOneBy(Lease, { subject });
      const lease = {
        subject,
        jobId,
        holder: this.holder,
        fence: (before?.fence ?? 0) + 1,
        expiresAt: plus(now, LEASE_MS),
      };
      if (!before) {
        await insertRows(tx, Lease, lease);
        return lease;
      }
      if (before.expiresAt > now && before.holder !== this.holder) return null;
      const taken = await tx.manager.update(Lease, { subject, fence: before.fence }, lease);
      return taken.affected === 1 ? lease : null;
    });
  }

  /** @throws LeaseLost */
  async renew({ subject, fence }: Lease): Promise<void> {
    await this.database.write(async (tx) => {
      const now = this.clock.now();
      const renewed = await tx.manager.update(
        Lease,
        { subject, fence, expiresAt: MoreThan(now) },
        { expiresAt: plus(now, LEASE_MS) },
      );
      if (renewed.affected !== 1) throw new LeaseLost(subject);
    });
  }

  /**
   * Asserts that the lease is still held. What is written relies on it only inside the very transaction that asked.
   * @throws LeaseLost
   */
  async demand({ manager }: Session, { subject, fence }: Lease): Promise<void> {
    const held = await manager.findOneBy(Lease, { subject, fence });
    if (!held || held.expiresAt <= this.clock.now()) throw new LeaseLost(subject);
  }

  /** Gives the lease back. The row stays: its number must go on growing. */
  async release({ subject, fence }: Lease): Promise<void> {
    await this.database.write(async (tx) => {
      await tx.manager.update(Lease, { subject, fence }, { expiresAt: instant(0) });
    });
  }

  /** Ends all leases: for a process that is alone on its database, whose predecessor is therefore dead. */
  async endAll(): Promise<void> {
    await this.database.write(async (tx) => {
      await tx.manager.update(Lease, { expiresAt: MoreThan(instant(0)) }, { expiresAt: instant(0) });
    });
  }
}
