import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { CustomersStore } from '../customers/customers.store.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Keyring } from '../platform/crypto/kek.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { seal } from '../platform/crypto/sealing.ts';
import { Secret } from '../platform/crypto/secret.ts';
import { generateSshKey, readSshKey, type SshKeyPair } from '../platform/crypto/ssh-keys.ts';
import { Database } from '../platform/database/database.ts';
import { ownerFor, type Caller } from '../platform/http/caller.ts';
import { badRequest, notFound } from '../platform/http/problem.ts';
import type { NewCredential } from './hosts.schema.ts';
import { HostsStore } from './hosts.store.ts';
import { sealedKeyPlace } from './reach-hosts.ts';
import type { SshCredential } from './ssh-credential.entity.ts';

/** Takes a login on hosts in, or makes one. */
@Injectable()
export class CreateCredential {
  constructor(
    private readonly database: Database,
    private readonly hosts: HostsStore,
    private readonly customers: CustomersStore,
    private readonly audit: AuditStore,
    private readonly keyring: Keyring,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Keeps the private key sealed; only the public key and its fingerprint are ever told again.
   * @throws a problem: `invalid_ssh_key` with the reason, or no such customer within the caller's scope
   */
  async run(caller: Caller, asked: NewCredential): Promise<SshCredential> {
    const customerId = ownerFor(caller, asked.customerId);
    const id = randomUUIDv7();
    const pair = asked.privateKey === undefined ? await generateSshKey(`umpire-${id}`) : given(asked.privateKey);
    const credential = this.sealed(id, customerId, asked, pair);
    await this.database.write(async (tx) => {
      if (customerId !== null && !(await this.customers.find(tx, caller.scope, customerId))) throw notFound('customer');
      await this.hosts.insertCredential(tx, credential);
      const { name, user, fingerprint } = credential;
      const data = { credentialId: id, name, user, fingerprint, generated: asked.privateKey === undefined };
      await this.audit.record(tx, caller.actor, customerId, { kind: 'ssh-credential.created', data });
    });
    return credential;
  }

  private sealed(id: string, customerId: string | null, asked: NewCredential, pair: SshKeyPair): SshCredential {
    return {
      id,
      name: asked.name,
      customerId,
      user: asked.user,
      sealedPrivateKey: seal(pair.privateKey, sealedKeyPlace(id), this.keyring),
      publicKey: pair.publicKey,
      fingerprint: pair.fingerprint,
      version: 1,
      createdAt: this.clock.now(),
    };
  }
}

const given = (privateKey: string): SshKeyPair => {
  const read = readSshKey(new Secret(privateKey), 'privateKey');
  if (read.ok) return read.value;
  throw badRequest('invalid_ssh_key', read.findings[0]?.message ?? 'The private key cannot be used.', read.findings);
};
