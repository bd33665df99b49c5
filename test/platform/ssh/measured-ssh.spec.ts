import { beforeEach, describe, expect, it } from 'vitest';
import type { HostAddress } from '../../../src/core/names.ts';
import { Metrics } from '../../../src/platform/metrics/metrics.ts';
import { MeasuredSsh } from '../../../src/platform/ssh/measured-ssh.ts';
import type { Script } from '../../../src/platform/ssh/script.ts';
import { SshFailure } from '../../../src/platform/ssh/ssh-failure.ts';
import type { FinishedCommand, Ssh, SshConnection, SshTarget } from '../../../src/platform/ssh/ssh.ts';

const HOST = '10.0.0.1' as HostAddress;
const TARGET = { address: HOST } as SshTarget;
const SCRIPT = { name: 'look-node.sh' } as Script;
const LIMITS = { timeoutMs: 1_000 };

describe('work over SSH is measured', () => {
  let metrics: Metrics;
  let ssh: Ssh;
  let isOpen: boolean;
  let login: () => Promise<void>;
  let answer: () => Promise<FinishedCommand>;

  beforeEach(() => {
    metrics = new Metrics();
    isOpen = true;
    login = () => Promise.resolve();
    answer = () => Promise.resolve({} as FinishedCommand);
    const close = () => Promise.resolve(void (isOpen = false));
    const connection: SshConnection = {
      ...{ host: HOST, close, [Symbol.asyncDispose]: close },
      get isOpen() {
        return isOpen;
      },
      run: () => answer(),
      script: () => answer(),
    };
    ssh = new MeasuredSsh(
      {
        connect: async () => {
          await login();
          return connection;
        },
        readHostKey: () => Promise.reject(new SshFailure('ssh_unreachable', HOST)),
      },
      metrics,
    );
  });

  const open = async () => /^umpire_ssh_connections (\d+)$/m.exec(await metrics.text())?.[1];

  it('connections are counted until they are closed, once', async () => {
    const connection = await ssh.connect(TARGET, { deadlineMs: 1_000 });
    expect(await open()).toBe('1');
    await connection.close();
    await connection.close();
    expect(await open()).toBe('0');
  });

  it('a connection that is lost is counted no more, whoever notices', async () => {
    const connection = await ssh.connect(TARGET, { deadlineMs: 1_000 });
    answer = () => {
      isOpen = false;
      return Promise.reject(new SshFailure('ssh_connection_lost', HOST));
    };
    await expect(connection.script(SCRIPT, [], LIMITS)).rejects.toThrow(SshFailure);
    expect(await open()).toBe('0');
    await connection.close();
    expect(await open()).toBe('0');
  });

  it('scripts are timed by their name and how they ended; what fails is told to the caller as it is', async () => {
    const connection = await ssh.connect(TARGET, { deadlineMs: 1_000 });
    await connection.script(SCRIPT, [], LIMITS);
    const failure = new SshFailure('ssh_command_timeout', HOST);
    answer = () => Promise.reject(failure);
    await expect(connection.script(SCRIPT, [], LIMITS)).rejects.toBe(failure);
    const text = await metrics.text();
    expect(text).toContain('umpire_ssh_script_duration_seconds_count{script="look-node.sh",outcome="ok"} 1');
    expect(text).toContain(
      'umpire_ssh_script_duration_seconds_count{script="look-node.sh",outcome="ssh_command_timeout"} 1',
    );
    expect(text).toContain('umpire_ssh_failures_total{code="ssh_command_timeout"} 1');
    expect(text).not.toContain(HOST);
  });

  it('logins are timed, and those that fail are counted', async () => {
    login = () => Promise.reject(new SshFailure('ssh_connect_timeout', HOST));
    await expect(ssh.connect(TARGET, { deadlineMs: 1_000 })).rejects.toThrow(SshFailure);
    const text = await metrics.text();
    expect(text).toContain('umpire_ssh_login_duration_seconds_count{outcome="ssh_connect_timeout"} 1');
    expect(text).toContain('umpire_ssh_failures_total{code="ssh_connect_timeout"} 1');
    expect(await open()).toBe('0');
  });
});
