import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { error } from '../core/finding.ts';
import type { HostAddress, HostKeyFingerprint } from '../core/names.ts';
import type { Clock } from '../core/time.ts';
import { HostsStore } from '../hosts/hosts.store.ts';
import { RegisterHostKey } from '../hosts/register-host-key.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { isUniqueViolation } from '../platform/database/constraint.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { badRequest, conflict, forbidden } from '../platform/http/problem.ts';
import type { Arbiter, QnetdInstance } from './arbiter.entity.ts';
import type { NewArbiter } from './arbiters.schema.ts';
import { ArbitersStore } from './arbiters.store.ts';

/** IANA has assigned no port to qnetd; this is the one that its source and the packages use. */
const QNETD_PORT = 5403;

@Injectable()
export class RegisterArbiter {
  constructor(
    private readonly database: Database,
    private readonly arbiters: ArbitersStore,
    private readonly hosts: HostsStore,
    private readonly hostKeys: RegisterHostKey,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Takes an arbiter in. Nothing is run on it: a `prepare-arbiter` job does that. */
  async run(caller: Caller, asked: NewArbiter): Promise<{ arbiter: Arbiter; instances: QnetdInstance[] }> {
    if (caller.scope.kind === 'customer')
      throw forbidden('forbidden', 'Arbiters are the provider’s own: use a token that belongs to no customer.');
    if (asked.isolation === 'per-customer') throw notYet();
    const credential = await this.hosts.findCredential(this.database.read, caller.scope, asked.credentialId);
    if (!credential || credential.customerId !== null) throw wrongCredential();
    const hostKey = await this.hostKeys.prepare({
      customerId: null,
      address: asked.address as HostAddress,
      port: asked.sshPort,
      fingerprint: (asked.hostKeyFingerprint as HostKeyFingerprint | undefined) ?? null,
    });
    const { name, address, sshPort, credentialId, isolation } = asked;
    const id = randomUUIDv7();
    const arbiter = {
      id,
      name,
      address: address.toLowerCase(),
      sshPort,
      credentialId,
      hostKeyId: hostKey.id,
      isolation,
      jobId: null,
      version: 1,
      createdAt: this.clock.now(),
    };
    const instance: QnetdInstance = {
      id: randomUUIDv7(),
      arbiterId: id,
      name: 'shared',
      port: QNETD_PORT,
      state: 'unprepared',
      caId: null,
      serverCertificateId: null,
    };
    try {
      await this.database.write(async (tx) => {
        await this.hostKeys.insert(tx, caller.actor, hostKey);
        await this.arbiters.insert(tx, arbiter, instance);
        await this.audit.record(tx, caller.actor, null, {
          kind: 'arbiter.registered',
          data: { arbiterId: id, name, address: arbiter.address, credentialId },
        });
      });
    } catch (thrown) {
      if (!isUniqueViolation(thrown)) throw thrown;
      throw conflict('name_taken', `There is already an arbiter named "${name}".`);
    }
    return { arbiter, instances: [instance] };
  }
}

const notYet = () => {
  const message = 'This version runs one shared qnetd instance on an arbiter: register it with "isolation": "shared".';
  return badRequest('isolation_not_available', message, [error('isolation_not_available', 'isolation', message)]);
};

const wrongCredential = () => {
  const message =
    'There is no such SSH credential of the provider itself; a customer’s credential never opens an arbiter.';
  return badRequest('credential_not_found', message, [error('credential_not_found', 'credentialId', message)]);
};
