import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/platform/crypto/secret.ts';
import { command } from '../../../src/platform/ssh/command.ts';
import { Ssh2Connector } from '../../../src/platform/ssh/ssh2-connector.ts';
import { failing, standingClock } from './recording.ts';
import { Sshd } from './sshd.ts';

const ssh = new Ssh2Connector(standingClock);
const DEADLINE = { deadlineMs: 5_000 };
const SOON = { timeoutMs: 5_000 };
/** sshd then names every message of the authentication that arrives. */
const WORDY = ['LogLevel DEBUG1'];

let sshd: Sshd;
beforeAll(async () => {
  sshd = await Sshd.start(['ed25519', 'ecdsa', 'rsa']);
});
afterAll(() => sshd[Symbol.asyncDispose]());

describe('a login on a real sshd', () => {
  it.each(['ed25519', 'ecdsa', 'rsa'] as const)('succeeds when its %s key is the pinned one', async (type) => {
    const hostKey = sshd.fingerprintOf(type);
    await using connection = await ssh.connect({ ...sshd.target, hostKey }, DEADLINE);
    expect((await connection.run(command('true'), SOON)).exitCode).toBe(0);
  });

  it('does not happen when the host holds only other keys: no authentication byte is sent', async () => {
    const impostor = await Sshd.start(['ed25519'], WORDY);
    const target = { ...impostor.target, hostKey: sshd.target.hostKey };
    const { code, failure } = await failing(ssh.connect(target, DEADLINE));
    expect(code).toBe('host_key_mismatch');
    expect(failure.finding.params).toEqual({
      pinned: sshd.target.hostKey,
      offered: impostor.target.hostKey,
      keyType: 'ssh-ed25519',
    });
    await impostor[Symbol.asyncDispose]();
    expect(impostor.log).toContain('SSH2_MSG_KEXINIT');
    expect(impostor.log).not.toMatch(/userauth|service request/i);
  });

  it('is refused for another key, and says so', async () => {
    await using other = await Sshd.start();
    const target = { ...sshd.target, privateKey: other.target.privateKey };
    expect((await failing(ssh.connect(target, DEADLINE))).code).toBe('ssh_authentication_failed');
  });

  it('tries the public key alone: no password, no `none`', async () => {
    const host = await Sshd.start(['ed25519'], WORDY);
    await (await ssh.connect(host.target, DEADLINE)).close();
    await host[Symbol.asyncDispose]();
    expect(host.log).toMatch(/userauth-request for user \S+ service ssh-connection method publickey/);
    expect(host.log).toContain('Accepted publickey');
    expect(host.log).not.toMatch(/method (none|password|keyboard-interactive|hostbased)/);
  });

  it('fails before dialling when the private key is none, and does not show it', async () => {
    const target = { ...sshd.target, privateKey: new Secret('not a key at all') };
    const { code, failure } = await failing(ssh.connect(target, DEADLINE));
    expect(code).toBe('ssh_authentication_failed');
    expect(JSON.stringify(failure) + failure.stack + JSON.stringify(failure.finding)).not.toContain('not a key');
  });

  it('shows the host’s key to a person without authenticating', async () => {
    const host = await Sshd.start(['rsa'], WORDY);
    const { address, port } = host.target;
    expect(await ssh.readHostKey(address, port, DEADLINE)).toEqual({
      fingerprint: host.target.hostKey,
      keyType: 'ssh-rsa',
    });
    await host[Symbol.asyncDispose]();
    expect(host.log).toContain('SSH2_MSG_KEXINIT');
    expect(host.log).not.toMatch(/userauth|service request/i);
  });

  it('comes with the first command in a seventh of a second, without waiting for delayed acknowledgements', async () => {
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const begun = performance.now();
      await using connection = await ssh.connect(sshd.target, DEADLINE);
      await connection.run(command('true'), SOON);
      times.push(performance.now() - begun);
    }
    expect(Math.min(...times)).toBeLessThan(150);
  });
});
