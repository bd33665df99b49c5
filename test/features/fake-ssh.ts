import type { HostAddress, HostKeyFingerprint } from '../../src/core/names.ts';
import type { OfferedHostKey } from '../../src/platform/ssh/host-key.ts';
import type { ConnectOptions, Ssh, SshConnection, SshTarget } from '../../src/platform/ssh/ssh.ts';

/** Hosts that exist in this process only. What is not named here cannot be reached. */
export class FakeSsh implements Ssh {
  /** The host key that each address shows. */
  readonly shown = new Map<string, string>();
  /** Every address whose key was read, in order. */
  readonly looks: string[] = [];
  /** How a login goes; a test that needs one puts it here. */
  answer: (target: SshTarget, options: ConnectOptions) => Promise<SshConnection> = (target) =>
    Promise.reject(new Error(`no login on ${target.address} in this test`));

  connect(target: SshTarget, options: ConnectOptions): Promise<SshConnection> {
    return this.answer(target, options);
  }

  readHostKey(address: HostAddress): Promise<OfferedHostKey> {
    this.looks.push(address);
    const fingerprint = this.shown.get(address);
    if (fingerprint === undefined) return Promise.reject(new Error(`${address} cannot be reached`));
    return Promise.resolve({ fingerprint: fingerprint as HostKeyFingerprint, keyType: 'ssh-ed25519' });
  }
}
