import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';

import { command } from './command.ts';
import { asTable, listing } from './listing.ts';
import { describeInOwnLab } from './own-lab.ts';
import { SshSession } from './ssh-session.ts';
import { treeDiff } from './tree.ts';
import { until } from './waiting.ts';

const membership = /Members left: (.*)/;

describeInOwnLab('a lab with a cluster of two and one of three', { clusters: ['duo:2', 'trio:3'] }, (lab) => {
  const ssh = (login: string, line: string): Promise<string> =>
    command(lab().network.inController(['ssh', '-F', lab().paths.sshConfig, login, line])).then(({ stdout }) => stdout);
  const quorum = async (host: string): Promise<string> =>
    (await lab().host(host).run('corosync-quorumtool -s', { allowFailure: true })).stdout;

  it('runs real hosts: systemd is PID 1, nothing has failed, corosync is running', async () => {
    for (const host of lab().allHosts) {
      const { stdout } = await host.run('cat /proc/1/comm; hostname; systemctl --failed --plain --no-legend');
      expect(stdout.trim().split('\n')).toEqual(['systemd', host.name]);
    }
    expect((await lab().host('trio-2').run('systemctl is-active corosync ssh')).stdout).toBe('active\nactive\n');
  });

  it('has formed its clusters, with two_node where there are two', async () => {
    expect(await quorum('duo-1')).toMatch(/Nodes: +2\n[\s\S]*2Node Quorate/);
    expect(await quorum('trio-3')).toMatch(/Nodes: +3\n[\s\S]*Quorum: +2 /);
  });

  it('has a system bus, so that a job can be left to systemd (systemd-run --wait)', async () => {
    const { stdout } = await lab().host('duo-1').run('systemd-run --quiet --wait --pipe echo done');
    expect(stdout).toBe('done\n');
  });

  it('knows nothing of the machine: no projects, no homes, no package sources, no qnetd on nodes', async () => {
    const line = 'ls -A /root /home /usr/local/bin /var/lib/apt/lists; ls /; cat /etc/apt/sources.list; env';
    const { stdout } = await lab().host('duo-1').run(line);
    expect(stdout).not.toMatch(/^(work|old_root|\.bashrc|\.npmrc)$|pyenv|deb\.debian\.org/m);
    expect(stdout).toContain('http://10.77.0.3/');
    const { stdout: packages } = await lab().host('duo-1').run('dpkg-query -W -f "\\${Package}\\n" "corosync*"');
    expect(packages.split('\n')).toEqual(expect.arrayContaining(['corosync', 'corosync-qdevice']));
    expect(packages).not.toContain('corosync-qnetd\n');
  });

  it('has an arbiter with qnetd installed, without certificates, not started', async () => {
    const line = 'dpkg -s corosync-qnetd | grep Status; ls /etc/corosync/qnetd; systemctl is-enabled corosync-qnetd';
    const { stdout } = await lab().arbiter.run(line, { allowFailure: true });
    expect(stdout).toBe('Status: install ok installed\ndisabled\n');
  });

  it("opens to the lab's key for root, for a sudoer and for a user without rights", async () => {
    expect(await ssh('duo-1', 'id -un')).toBe('root\n');
    expect(await ssh('umpire@duo-1', 'sudo -n id -un')).toBe('root\n');
    expect(await ssh('nosudo@duo-1', 'sudo -n id -un 2>&1 || id -un')).toMatch(/password is required\nnosudo\n$/);
  });

  it('shows to SSH the fingerprint that the library tells', async () => {
    const host = lab().host('duo-2');
    const { stdout } = await command(lab().network.inController(['ssh-keyscan', '-t', 'ed25519', host.address]));
    const scanned = execFileSync('ssh-keygen', ['-l', '-f', '-'], { input: stdout, encoding: 'utf8' });
    expect(scanned.split(' ')[1]).toBe(host.fingerprint);
  });

  it('lists its hosts with power and plugs', async () => {
    await lab().host('duo-2').cut();
    const hosts = await listing(lab());
    await lab().host('duo-2').plug();
    expect(hosts.map(({ host, address, power, port }) => [host, address, power, port].join(' '))).toEqual([
      'arbiter 10.77.0.2 on up',
      'duo-1 10.77.1.1 on up',
      'duo-2 10.77.1.2 on cut',
      'trio-1 10.77.2.1 on up',
      'trio-2 10.77.2.2 on up',
      'trio-3 10.77.2.3 on up',
    ]);
    expect(asTable(hosts).split('\n')[3]).toMatch(/^duo-2 +10\.77\.1\.2 +\d+ +on +duo +cut$/);
  });

  it('shares SSH connections and keeps what was said', async () => {
    const session = new SshSession(lab());
    await session.open(['duo-1', 'duo-2']);
    await lab().host('duo-1').run('printf "\\000\\377" >/root/bytes');
    await session.carry('duo-1', '/root/bytes', ['duo-2'], '/root/bytes');
    await session.close();
    expect((await lab().host('duo-2').run('od -An -tx1 /root/bytes')).stdout.trim()).toBe('00 ff');
    expect(session.calls.map(({ host, stdout }) => [host, stdout])).toEqual([
      ['duo-1', '(2 bytes)'],
      ['duo-2', ''],
    ]);
  });

  it('moves the clock of new processes and moves it back', async () => {
    const host = lab().host('duo-1');
    const skew = async (): Promise<number> =>
      Number((await host.run('sudo -n -u umpire sudo -n date +%s')).stdout) - Date.now() / 1000;
    await host.setClockOffset(-86_400);
    expect(Math.round((await skew()) / 60)).toBe(-1440);
    expect(Math.round((Number(await ssh('umpire@duo-1', 'date +%s')) - Date.now() / 1000) / 60)).toBe(-1440);
    await host.setClockOffset(0);
    expect(Math.abs(await skew())).toBeLessThan(5);
  });

  it('tells every change of a file tree, and only changes', async () => {
    const host = lab().host('duo-1');
    const before = await host.tree();
    await host.run('touch /etc/passwd /etc/corosync/corosync.conf; corosync-quorumtool -s; systemctl restart ssh');
    expect(treeDiff(before, await host.tree())).toEqual([]);
    await host.run('echo >>/etc/corosync/corosync.conf; rm /usr/bin/corosync-blackbox; chmod 600 /etc/issue');
    const after = await host.tree();
    expect(after.digest).not.toBe(before.digest);
    expect(treeDiff(before, after).map((line) => line.split(':')[0])).toEqual([
      '/etc/corosync/corosync.conf',
      '/etc/issue',
      '/usr/bin/corosync-blackbox',
    ]);
  });

  it('pauses a unit so that its connections stay and say nothing', async () => {
    const host = lab().host('duo-1');
    await host.pause('ssh');
    const state = 'ps -o state= -p "$(systemctl show -p MainPID --value ssh)"';
    await until('sshd stands still', async () => (await host.run(state)).stdout.startsWith('T'), { withinMs: 2000 });
    await host.resume('ssh');
    await until('sshd goes on', async () => (await host.run(state)).stdout.startsWith('S'), { withinMs: 2000 });
  });

  it('answers with a reset where a port is refused, and with silence in a black hole', async () => {
    const probe = (seconds: number): Promise<number> =>
      command(lab().network.inController(['timeout', String(seconds), 'bash', '-c', 'exec 3<>/dev/tcp/10.77.1.1/22']), {
        allowFailure: true,
      }).then(({ exitCode }) => exitCode);
    expect(await probe(2)).toBe(0);
    await lab().refuse('duo-1', 22);
    expect(await probe(2)).toBe(1);
    await lab().heal();
    await lab().blackHole('duo-1');
    expect(await probe(1)).toBe(124);
    await lab().heal();
    expect(await probe(2)).toBe(0);
  });

  it('loses power at once: peers hear no goodbye, memory is gone, the disk stays', async () => {
    const [one, two] = lab().cluster('duo').nodes;
    if (one === undefined || two === undefined) throw new Error('duo has two nodes');
    await two.run('echo kept >/root/disk; sync; echo lost >/run/memory; echo lost >/dev/shm/memory');
    await two.powerOff();
    await pause(1500);
    // Corosync's token timeout is 3 s: within half of it the survivor cannot have noticed without being told.
    expect((await one.run('journalctl -u corosync --since -3s')).stdout).not.toMatch(membership);
    await expect(two.run('true')).rejects.toThrow('duo-2 has no power');
    await two.powerOn();
    expect((await two.run('cat /root/disk; ls /run/memory /dev/shm/memory', { allowFailure: true })).stdout).toBe(
      'kept\n',
    );
    await until('duo is whole', async () => /Nodes: +2\n/.test(await quorum('duo-2')), { everyMs: 300 });
  });

  it('separates hosts on one side of a partition from those on the other, and heals', async () => {
    await lab().partition(['trio-1'], ['trio-2', 'trio-3']);
    await until('trio-1 is alone', async () => /Quorate: +No/.test(await quorum('trio-1')), { everyMs: 300 });
    expect(await quorum('trio-2')).toMatch(/Nodes: +2\n[\s\S]*Quorate: +Yes/);
    await lab().heal();
    await until('trio is whole', async () => /Nodes: +3\n/.test(await quorum('trio-1')), { everyMs: 300 });
  });

  it('gives a cluster fresh disks on demand, the same hosts otherwise', async () => {
    const host = lab().host('duo-2');
    await host.run('echo old >/etc/leftover');
    const identity = (await host.run('cat /etc/machine-id')).stdout;
    await lab().reset('duo');
    expect((await host.run('ls /etc/leftover', { allowFailure: true })).exitCode).toBe(2);
    expect((await host.run('cat /etc/machine-id')).stdout).toBe(identity);
    expect(await ssh('duo-2', 'hostname')).toBe('duo-2\n');
  });

  it('takes a cluster in and out while it is up', async () => {
    const added = await lab().addCluster('solo:1');
    expect(await ssh('solo-1', 'hostname')).toBe('solo-1\n');
    expect(added.nodes[0]?.address).toBe('10.77.3.1');
    await lab().removeCluster('solo');
    expect(() => lab().host('solo-1')).toThrow('there is no host solo-1');
    expect((await lab().network.ports()).has('solo-1')).toBe(false);
  });
});
