import { readFile } from 'node:fs/promises';
import type { LabHost } from '../lab/host.ts';
import type { Lab } from '../lab/lab.ts';
import type { Client, JobView } from './client.ts';

interface Row {
  readonly id: string;
}

/** The lab's hosts as an MSP would register them. */
export class Inventory {
  readonly #client: Client;
  readonly #lab: Lab;
  readonly #user: string;
  #customerId = '';
  #arbiterId = '';
  #mspCredentialId = '';

  private constructor(client: Client, lab: Lab, user: string) {
    this.#client = client;
    this.#lab = lab;
    this.#user = user;
  }

  /** Registers a customer, the credentials and the arbiter. */
  static async begin(client: Client, lab: Lab, { user = 'root' } = {}): Promise<Inventory> {
    const inventory = new Inventory(client, lab, user);
    inventory.#customerId = (await client.post<Row>('/v1/customers', { name: 'Example GmbH' })).id;
    inventory.#mspCredentialId = (
      await client.post<Row>('/v1/ssh-credentials', {
        name: 'lab',
        user,
        privateKey: await readFile(lab.privateKey, 'utf8'),
      })
    ).id;
    const { address, fingerprint } = lab.arbiter;
    inventory.#arbiterId = (
      await client.post<Row>('/v1/arbiters', {
        name: 'arbiter',
        address,
        credentialId: inventory.#mspCredentialId,
        hostKeyFingerprint: fingerprint,
        isolation: 'shared',
      })
    ).id;
    return inventory;
  }

  /** The same things in a service that was made from a copy of the first one's data. */
  through(client: Client): Inventory {
    const inventory = new Inventory(client, this.#lab, this.#user);
    inventory.#customerId = this.#customerId;
    inventory.#arbiterId = this.#arbiterId;
    inventory.#mspCredentialId = this.#mspCredentialId;
    return inventory;
  }

  get arbiterId(): string {
    return this.#arbiterId;
  }

  get customerId(): string {
    return this.#customerId;
  }

  get credentialId(): string {
    return this.#mspCredentialId;
  }

  prepareArbiter(): Promise<JobView> {
    return this.#client.run({ kind: 'prepare-arbiter', arbiterId: this.#arbiterId });
  }

  /** @returns the id of the lab's cluster of this name, registered now */
  async register(name: string, changes: Record<string, unknown> = {}): Promise<string> {
    const { pve, nodes } = this.#lab.cluster(name);
    const body = {
      customerId: this.#customerId,
      arbiterId: this.#arbiterId,
      name,
      kind: pve ? 'pve' : 'corosync',
      nodes: nodes.map((node) => this.nodeOf(node)),
      ...changes,
    };
    return (await this.#client.post<Row>('/v1/clusters', body)).id;
  }

  nodeOf({ address, fingerprint }: LabHost): Record<string, unknown> {
    return { address, credentialId: this.#mspCredentialId, hostKeyFingerprint: fingerprint };
  }

  onboard(clusterId: string, options: Record<string, unknown> = {}): Promise<JobView> {
    return this.#client.run({ kind: 'onboard', clusterId, options });
  }

  offboard(clusterId: string, options: Record<string, unknown> = {}): Promise<JobView> {
    return this.#client.run({ kind: 'offboard', clusterId, options });
  }

  /** The user whose login everything was registered with. */
  get user(): string {
    return this.#user;
  }
}
