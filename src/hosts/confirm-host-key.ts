import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { error } from '../core/finding.ts';
import type { HostAddress } from '../core/names.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { conflict, notFound } from '../platform/http/problem.ts';
import type { HostKey } from './host-key.entity.ts';
import { HostsStore } from './hosts.store.ts';
import { RegisterHostKey } from './register-host-key.ts';

@Injectable()
export class ConfirmHostKey {
  constructor(
    private readonly database: Database,
    private readonly hosts: HostsStore,
    private readonly hostKeys: RegisterHostKey,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * A person vouches for the key that was seen; or, naming it, for another one that the host shows now: a host that was
   * installed anew has a new key.
   * @param expected the fingerprint that the person compared on the host
   */
  async run(caller: Caller, id: string, expected: string | undefined): Promise<HostKey> {
    const renewed = expected === undefined ? null : await this.newlyShown(caller, id, expected);
    return this.database.write(async (tx) => {
      const known = await this.hosts.findHostKey(tx, caller.scope, id);
      if (!known) throw notFound('host key');
      const seen = renewed === null ? known : { ...known, fingerprint: renewed, seenAt: this.clock.now() };
      if (seen.fingerprint === null)
        throw conflict('host_key_not_seen', `${seen.address} could not be reached yet, so there is no key to confirm.`);
      if (expected !== undefined && expected !== seen.fingerprint) throw changed(seen, expected);
      if (seen.status === 'confirmed' && renewed === null) return seen;
      const confirmed: HostKey = {
        ...seen,
        status: 'confirmed',
        confirmedAt: this.clock.now(),
        version: known.version + 1,
      };
      if (!(await this.hosts.updateHostKey(tx, confirmed, known.version)))
        throw conflict('changed_meanwhile', 'It was changed meanwhile: read it again.');
      const { address, port, fingerprint } = seen;
      await this.audit.record(tx, caller.actor, seen.customerId, {
        kind: 'host-key.confirmed',
        data: { hostKeyId: id, address, port, fingerprint },
      });
      return confirmed;
    });
  }

  /** The key that a person expects, when it is not the one on record but the one that the host shows now; else null. */
  private async newlyShown({ scope }: Caller, id: string, expected: string): Promise<string | null> {
    const known = await this.hosts.findHostKey(this.database.read, scope, id);
    if (!known || known.fingerprint === expected) return null;
    const shown = await this.hostKeys.read({ address: known.address as HostAddress, port: known.port });
    return shown === expected ? shown : null;
  }
}

const changed = (seen: HostKey, expected: string) => {
  const message = `${seen.address} shows ${seen.fingerprint ?? 'nothing'}, not ${expected}. Compare them on the host itself: somebody may stand in between.`;
  return conflict('host_key_differs', message, [error('host_key_differs', seen.address, message)]);
};
