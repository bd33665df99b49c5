import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { instant } from '../../../src/core/time.ts';
import type { Lease } from '../../../src/jobs/job.entity.ts';
import { LeaseKeeper, type LeaseRows } from '../../../src/jobs/lease-keeper.ts';
import { LEASE_MS, LeaseLost, RENEW_MS } from '../../../src/jobs/leases.ts';
import type { Session } from '../../../src/platform/database/database.ts';

const LEASE: Lease = { subject: 'cluster-1', jobId: 'j', holder: 'h', fence: 1, expiresAt: instant(0) };
const SESSION = {} as Session;

/** Leases in a database that a test takes away and gives back. */
class Rows implements LeaseRows {
  answer: () => Promise<void> = () => Promise.resolve();
  renewals = 0;
  released = false;

  renew(): Promise<void> {
    this.renewals += 1;
    return this.answer();
  }

  demand(): Promise<void> {
    return this.answer();
  }

  release(): Promise<void> {
    this.released = true;
    return Promise.resolve();
  }
}

const away = () => Promise.reject(new Error('the database is away'));
const silent = () => new Promise<never>(() => undefined);

let rows: Rows;
let keeper: LeaseKeeper;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  rows = new Rows();
  keeper = new LeaseKeeper(rows, LEASE, performance.now());
});
afterEach(async () => {
  await keeper[Symbol.asyncDispose]();
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('the keeper of a lease', () => {
  it('renews it for as long as the work lasts, and gives it back afterwards', async () => {
    await pass(100 * LEASE_MS);
    expect(rows.renewals).toBe((100 * LEASE_MS) / RENEW_MS);
    expect(keeper.signal.aborted).toBe(false);
    await keeper[Symbol.asyncDispose]();
    expect(rows.released).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['fails', away],
    ['does not answer', silent],
  ])(
    'stops the work by its own clock when the database %s for as long as a lease lasts (invariant 11)',
    async (_, answer) => {
      await pass(RENEW_MS);
      rows.answer = answer;
      await pass(LEASE_MS - 1);
      expect(keeper.signal.aborted).toBe(false);
      await pass(1);
      expect(keeper.signal.aborted).toBe(true);
      expect(keeper.signal.reason).toBeInstanceOf(LeaseLost);
    },
  );

  it('counts from before the lease was asked for, not from when the answer came', async () => {
    const late = new LeaseKeeper(rows, LEASE, performance.now() - (LEASE_MS - RENEW_MS + 1));
    rows.answer = away;
    await pass(RENEW_MS - 2);
    expect(late.signal.aborted).toBe(false);
    await pass(1);
    expect(late.signal.aborted).toBe(true);
    await late[Symbol.asyncDispose]();
  });

  it('bears a database that is away for less', async () => {
    rows.answer = away;
    await pass(LEASE_MS - 1);
    rows.answer = () => Promise.resolve();
    await keeper.demand(SESSION);
    expect(keeper.signal.aborted).toBe(false);
  });

  it('does not take a renewal that comes too late for a good one', async () => {
    const slow = Promise.withResolvers<void>();
    rows.answer = () => slow.promise;
    await pass(LEASE_MS);
    slow.resolve();
    await pass(RENEW_MS);
    expect(keeper.signal.aborted).toBe(true);
    await expect(keeper.demand(SESSION)).rejects.toBeInstanceOf(LeaseLost);
    await keeper[Symbol.asyncDispose]();
    expect(rows.released).toBe(false);
  });

  it('refuses a runner that wakes from a long pause before any timer has rung (invariant 11)', async () => {
    const asleep = new LeaseKeeper(rows, LEASE, performance.now() - LEASE_MS);
    await expect(asleep.demand(SESSION)).rejects.toBeInstanceOf(LeaseLost);
    expect(asleep.signal.aborted).toBe(true);
    await asleep[Symbol.asyncDispose]();
  });

  it('stops all work as soon as anybody who asks is told that it is lost', async () => {
    rows.answer = () => Promise.reject(new LeaseLost('cluster-1'));
    await expect(keeper.demand(SESSION)).rejects.toBeInstanceOf(LeaseLost);
    expect(keeper.signal.aborted).toBe(true);
  });

  it('hands on, at a demand, that the database cannot be asked, and keeps the lease', async () => {
    rows.answer = away;
    await expect(keeper.demand(SESSION)).rejects.toThrow('the database is away');
    expect(keeper.signal.aborted).toBe(false);
  });
});
