import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { THE_SERVICE } from '../core/audit/actor.ts';
import type { HostAddress } from '../core/names.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import type { HostKey } from './host-key.entity.ts';
import { HostsStore } from './hosts.store.ts';
import { RegisterHostKey } from './register-host-key.ts';

const AT_ONCE = 100;

/** Looks again at hosts that could not be reached when they were registered, so that a person has a key to confirm. */
@Injectable()
export class ReadHostKeys {
  /** The last that was looked at: hosts take turns, so that many which never answer do not keep others from theirs. */
  private last = '';

  constructor(
    private readonly database: Database,
    private readonly hosts: HostsStore,
    private readonly register: RegisterHostKey,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    const unread = await this.hosts.unreadHostKeys(this.database.read, this.last, AT_ONCE);
    this.last = unread.length < AT_ONCE ? '' : (unread.at(-1)?.id ?? '');
    await Promise.all(unread.map((hostKey) => this.readOne(hostKey)));
  }

  private async readOne(hostKey: HostKey): Promise<void> {
    const fingerprint = await this.register.read({ address: hostKey.address as HostAddress, port: hostKey.port });
    if (fingerprint === null) return;
    await this.database.write(async (tx) => {
      const seen = { ...hostKey, fingerprint, seenAt: this.clock.now(), version: hostKey.version + 1 };
      if (!(await this.hosts.updateHostKey(tx, seen, hostKey.version))) return;
      const { id: hostKeyId, address, port } = hostKey;
      await this.audit.record(tx, THE_SERVICE, hostKey.customerId, {
        kind: 'host-key.seen',
        data: { hostKeyId, address, port, fingerprint },
      });
    });
  }
}
