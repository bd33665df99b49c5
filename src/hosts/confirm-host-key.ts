import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { error } from '../core/finding.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { conflict, notFound } from '../platform/http/problem.ts';
import type { HostKey } from './host-key.entity.ts';
import { HostsStore } from './hosts.store.ts';

@Injectable()
export class ConfirmHostKey {
  constructor(
    private readonly database: Database,
    private readonly hosts: HostsStore,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * A person vouches for the key that was seen.
   * @param expected the fingerprint that the person compared; when given it must be the one that stands here
   */
  async run(caller: Caller, id: string, expected: string | undefined): Promise<HostKey> {
    return this.database.write(async (tx) => {
      const seen = await this.hosts.findHostKey(tx, caller.scope, id);
      if (!seen) throw notFound('host key');
      if (seen.fingerprint === null)
        throw conflict('host_key_not_seen', `${seen.address} could not be reached yet, so there is no key to confirm.`);
      if (expected !== undefined && expected !== seen.fingerprint) throw changed(seen, expected);
      if (seen.status === 'confirmed') return seen;
      const confirmed: HostKey = {
        ...seen,
        status: 'confirmed',
        confirmedAt: this.clock.now(),
        version: seen.version + 1,
      };
      if (!(await this.hosts.updateHostKey(tx, confirmed, seen.version)))
        throw conflict('changed_meanwhile', 'It was changed meanwhile: read it again.');
      const { address, port, fingerprint } = seen;
      await this.audit.record(tx, caller.actor, seen.customerId, {
        kind: 'host-key.confirmed',
        data: { hostKeyId: id, address, port, fingerprint },
      });
      return confirmed;
    });
  }
}

const changed = (seen: HostKey, expected: string) => {
  const message = `${seen.address} shows ${seen.fingerprint ?? 'nothing'}, not ${expected}. If the host was reinstalled, confirm the new key; otherwise somebody may stand in between.`;
  return conflict('host_key_differs', message, [error('host_key_differs', seen.address, message)]);
};
