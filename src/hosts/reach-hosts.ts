import { Inject, Injectable } from '@nestjs/common';
import { error, type Finding } from '../core/finding.ts';
import type { HostAddress, HostKeyFingerprint, UserName } from '../core/names.ts';
import { Keyring } from '../platform/crypto/kek.ts';
import { unseal } from '../platform/crypto/sealing.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { HostConnections } from '../platform/ssh/host-connections.ts';
import { SSH, type Ssh, type SshConnection, type SshTarget } from '../platform/ssh/ssh.ts';
import type { CommandObserver } from '../platform/ssh/transcript.ts';
import { HostRefusal } from './host-session.ts';
import { HostsStore } from './hosts.store.ts';
import type { SshCredential } from './ssh-credential.entity.ts';

/** How a registered host is reached; nodes and arbiters both have this shape. */
export interface HostRef {
  readonly id: string;
  readonly address: string;
  readonly sshPort: number;
  readonly credentialId: string;
  readonly hostKeyId: string;
}

/** Where a credential's key is sealed to. */
export const sealedKeyPlace = (credentialId: string) => ({
  table: 'ssh_credentials',
  column: 'sealed_private_key',
  id: credentialId,
});

const CONNECT_MS = 10_000;

/** Opens connections to registered hosts: a confirmed host key and a credential, or nothing. */
@Injectable()
export class ReachHosts {
  constructor(
    private readonly database: Database,
    private readonly hosts: HostsStore,
    private readonly keyring: Keyring,
    @Inject(SSH) private readonly ssh: Ssh,
  ) {}

  /** Connections to these hosts by their ids, each opened when first needed and shared by all who ask. */
  connections(hosts: readonly HostRef[], onCommand?: CommandObserver): HostConnections<string> {
    return new HostConnections((hostId, signal) => {
      const host = hosts.find((candidate) => candidate.id === hostId);
      if (!host) throw new Error(`no such host in this work: ${hostId}`);
      return this.dial(host, signal, onCommand);
    });
  }

  private async dial(
    host: HostRef,
    signal: AbortSignal,
    onCommand: CommandObserver | undefined,
  ): Promise<SshConnection> {
    return this.ssh.connect(await this.target(host), { deadlineMs: CONNECT_MS, signal, onCommand });
  }

  /** @throws HostRefusal when nobody has confirmed the host's key, or its credential cannot be used */
  private async target(host: HostRef): Promise<SshTarget> {
    const hostKey = await this.hosts.findHostKey(this.database.read, EVERYTHING, host.hostKeyId);
    if (hostKey?.status !== 'confirmed' || hostKey.fingerprint === null)
      throw new HostRefusal(unconfirmed(host, hostKey?.fingerprint ?? null));
    const credential = await this.hosts.findCredential(this.database.read, EVERYTHING, host.credentialId);
    if (!credential)
      throw new HostRefusal(
        error(
          'credential_missing',
          host.address,
          `The SSH credential of ${host.address} is gone: give the host another.`,
        ),
      );
    return {
      address: host.address as HostAddress,
      port: host.sshPort,
      user: credential.user as UserName,
      privateKey: this.privateKey(credential),
      hostKey: hostKey.fingerprint as HostKeyFingerprint,
    };
  }

  private privateKey(credential: SshCredential) {
    const opened = unseal(credential.sealedPrivateKey, sealedKeyPlace(credential.id), this.keyring);
    if (opened.ok) return opened.value;
    throw new HostRefusal(
      opened.findings[0] ?? error('seal_broken', credential.name, 'The credential cannot be opened.'),
    );
  }
}

const unconfirmed = (host: HostRef, fingerprint: string | null): Finding =>
  error(
    'host_key_unconfirmed',
    host.address,
    fingerprint === null
      ? `The SSH host key of ${host.address} was never seen: make the host reachable, then confirm its key (GET /v1/host-keys?status=unconfirmed).`
      : `Nobody has confirmed the SSH host key of ${host.address}, which shows ${fingerprint}: compare it on the host, then POST /v1/host-keys/${host.hostKeyId}/confirm.`,
    { hostKeyId: host.hostKeyId, ...(fingerprint === null ? {} : { fingerprint }) },
  );
