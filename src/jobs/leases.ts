import { Inject, Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
import { plus, type Clock, instant } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { Database, type Session, type Transaction } from '../platform/database/database.ts';
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

  /**
   * Takes the lease on a subject under the next fencing number, or null while a runner holds it, be it one of this very
   * process: a job that is delivered twice has two runners, and one of them is too many (invariant 6).
   */
  async acquire(subject: string, jobId: string): Promise<Lease | null> {
    return this.database.write(async (tx) => {
      const before = (await tx.manager.findOneBy(Lease, { subject })) ?? (await this.begin(tx, subject, jobId));
      const now = this.clock.now();
      if (before.expiresAt > now) return null;
      const { holder } = this;
      const lease = { subject, jobId, holder, fence: before.fence + 1, expiresAt: plus(now, LEASE_MS) };
      const taken = await tx.manager.update(Lease, { subject, fence: before.fence }, lease);
      return taken.affected === 1 ? lease : null;
    });
  }

  /** The row of a subject that nobody has held yet. Two that come for it at once, in two processes, make one of it. */
  private async begin(tx: Transaction, subject: string, jobId: string): Promise<Lease> {
    const row = { subject, jobId, holder: this.holder, fence: 0, expiresAt: instant(0) };
    await tx.manager.createQueryBuilder().insert().into(Lease).values(row).orIgnore().execute();
    return row;
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
   * Asserts that the lease is held now, by what is committed.
   * @throws LeaseLost
   */
  async demand({ manager }: Session, { subject, fence }: Lease): Promise<void> {
    const held = await manager.findOneBy(Lease, { subject, fence });
    if (!held || held.expiresAt <= this.clock.now()) throw new LeaseLost(subject);
  }

  /**
   * Asserts that the lease is held, and that it stays so until this transaction ends: its row is written, so on PostgreSQL
   * nobody else takes it meanwhile, nor does this runner write two entries of its journal at once.
   * @throws LeaseLost
   */
  async hold({ manager }: Transaction, { subject, fence }: Lease): Promise<void> {
    const held = await manager.update(Lease, { subject, fence, expiresAt: MoreThan(this.clock.now()) }, { fence });
    if (held.affected !== 1) throw new LeaseLost(subject);
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
