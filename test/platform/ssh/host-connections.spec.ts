import { describe, expect, it } from 'vitest';
import { command } from '../../../src/platform/ssh/command.ts';
import { HostConnections } from '../../../src/platform/ssh/host-connections.ts';
import { SshFailure } from '../../../src/platform/ssh/ssh-failure.ts';
import { Ssh2Connector } from '../../../src/platform/ssh/ssh2-connector.ts';
import type { SshConnection } from '../../../src/platform/ssh/ssh.ts';
import { HostileServer } from './hostile-server.ts';
import { eventually, failing, standingClock } from './recording.ts';
import { LOOPBACK } from './sshd.ts';

const ssh = new Ssh2Connector(standingClock);

/** A server whose connections can be cut, and the connections of a job to it. */
const lab = async () => {
  const logins: { end(): void }[] = [];
  const server = await HostileServer.start({ onLogin: (login) => logins.push(login) });
  const dialled: string[] = [];
  const connections = new HostConnections<string>((host, signal) => {
    dialled.push(host);
    return ssh.connect(server.target, { deadlineMs: 3_000, signal });
  });
  return { server, connections, dialled, logins };
};

describe('the connections of one job', () => {
  it('are one per host, however many ask at the same time', async () => {
    const { server, connections, dialled } = await lab();
    const [a, again, b] = await Promise.all([connections.to('a'), connections.to('a'), connections.to('b')]);
    expect(again).toBe(a);
    expect(b).not.toBe(a);
    expect(await connections.to('a')).toBe(a);
    expect(dialled).toEqual(['a', 'b']);
    await connections.closeAll();
    await server[Symbol.asyncDispose]();
  });

  it('are opened anew at the next call when they were lost, once for all who ask', async () => {
    const { server, connections, dialled, logins } = await lab();
    const first = await connections.to('a');
    logins[0]?.end();
    expect(await eventually(() => !first.isOpen, 2_000)).toBe(true);
    const [second, third] = await Promise.all([connections.to('a'), connections.to('a')]);
    expect(second).toBe(third);
    expect(second).not.toBe(first);
    expect(second.isOpen).toBe(true);
    expect(dialled).toEqual(['a', 'a']);
    await connections.closeAll();
    await server[Symbol.asyncDispose]();
  });

  it('are opened anew after a command that had to be given up', async () => {
    const { server, connections } = await lab();
    const first = await connections.to('a');
    const { code } = await failing(first.run(command('true'), { timeoutMs: 100 }));
    expect(code).toBe('ssh_command_timeout');
    const second = await connections.to('a');
    expect(second).not.toBe(first);
    expect(second.isOpen).toBe(true);
    await connections.closeAll();
    await server[Symbol.asyncDispose]();
  });

  it('tell a failed dial to everyone who waited, and dial again at the next call', async () => {
    let attempts = 0;
    const connections = new HostConnections<string>(() => {
      attempts += 1;
      return Promise.reject(new SshFailure('ssh_connection_refused', LOOPBACK));
    });
    const both = await Promise.all([failing(connections.to('a')), failing(connections.to('a'))]);
    expect(both.map(({ code }) => code)).toEqual(['ssh_connection_refused', 'ssh_connection_refused']);
    expect(attempts).toBe(1);
    await failing(connections.to('a'));
    expect(attempts).toBe(2);
  });

  it('do not dial for ever when a host hangs up after each login', async () => {
    await using server = await HostileServer.start({ onLogin: (login) => login.end() });
    let attempts = 0;
    await using connections = new HostConnections<string>((_host, signal) => {
      attempts += 1;
      return ssh.connect(server.target, { deadlineMs: 3_000, signal });
    });
    const connection = await connections.to('a');
    expect((await failing(connection.run(command('true'), { timeoutMs: 2_000 }))).code).toBe('ssh_connection_lost');
    expect(attempts).toBe(1);
  });

  it('are all closed at the end of the job, also those that are still being opened', async () => {
    const { server, connections } = await lab();
    const open = await connections.to('a');
    const opening = failing(connections.to('b'));
    await connections.closeAll();
    expect(open.isOpen).toBe(false);
    expect((await opening).code).toBe('ssh_aborted');
    expect(await eventually(() => server.isDeserted, 2_000)).toBe(true);
    await expect(connections.to('a')).rejects.toThrow('these connections are closed');
    await server[Symbol.asyncDispose]();
  });

  it('close one that came through although the job was over', async () => {
    const { server } = await lab();
    const slow = Promise.withResolvers<SshConnection>();
    const connections = new HostConnections<string>(() => slow.promise);
    const waiting = connections.to('a');
    const closing = connections.closeAll();
    const late = await ssh.connect(server.target, { deadlineMs: 3_000 });
    slow.resolve(late);
    await closing;
    expect(await waiting).toBe(late);
    expect(late.isOpen).toBe(false);
    await server[Symbol.asyncDispose]();
  });
});
