import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import type { Actor } from '../core/audit/actor.ts';
import type { HostAddress, HostKeyFingerprint } from '../core/names.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import type { Transaction } from '../platform/database/database.ts';
import { SSH, type Ssh } from '../platform/ssh/ssh.ts';
import type { HostKey } from './host-key.entity.ts';
import { HostsStore } from './hosts.store.ts';

export interface HostToRegister {
  readonly customerId: string | null;
  readonly address: HostAddress;
  readonly port: number;
  /** Given by whoever registers the host, who vouches for it; without it a person must confirm what we see. */
  readonly fingerprint: HostKeyFingerprint | null;
}

const READ_MS = 5_000;

@Injectable()
export class RegisterHostKey {
  constructor(
    private readonly hosts: HostsStore,
    private readonly audit: AuditStore,
    @Inject(SSH) private readonly ssh: Ssh,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Makes the row of a host's key. Where no fingerprint was given it looks at the key that the host shows now, without
   * a byte of authentication; a host that cannot be reached is looked at again later.
   */
  async prepare(host: HostToRegister): Promise<HostKey> {
    const seen = host.fingerprint === null ? await this.read(host) : null;
    const now = this.clock.now();
    return {
      id: randomUUIDv7(),
      customerId: host.customerId,
      address: host.address,
      port: host.port,
      status: host.fingerprint === null ? 'unconfirmed' : 'confirmed',
      fingerprint: host.fingerprint ?? seen,
      seenAt: seen === null ? null : now,
      confirmedAt: host.fingerprint === null ? null : now,
      version: 1,
      createdAt: now,
    };
  }

  async insert(tx: Transaction, actor: Actor, hostKey: HostKey): Promise<void> {
    await this.hosts.insertHostKey(tx, hostKey);
    if (hostKey.fingerprint === null) return;
    const { id: hostKeyId, address, port, fingerprint } = hostKey;
    await this.audit.record(tx, actor, hostKey.customerId, {
      kind: hostKey.status === 'confirmed' ? 'host-key.confirmed' : 'host-key.seen',
      data: { hostKeyId, address, port, fingerprint },
    });
  }

  /** The fingerprint that the host shows, or null when it cannot be reached in time. */
  async read(host: { address: HostAddress; port: number }): Promise<HostKeyFingerprint | null> {
    try {
      return (await this.ssh.readHostKey(host.address, host.port, { deadlineMs: READ_MS })).fingerprint;
    } catch {
      return null;
    }
  }
}
