import { expect, it } from 'vitest';

import { describeInOwnLab } from './own-lab.ts';
import { until } from './waiting.ts';

const MASTER = '/etc/pve/corosync.conf';
const LOCAL = '/etc/corosync/corosync.conf';

describeInOwnLab("a cluster in Proxmox VE's shape", { clusters: ['pve:2:pve'] }, (lab) => {
  const one = () => lab().host('pve-1');
  const two = () => lab().host('pve-2');
  const write = (edit: string): Promise<unknown> =>
    one().run(`sed '${edit}' ${MASTER} >${MASTER}.new && mv ${MASTER}.new ${MASTER}`);
  const onBoth = async (line: string): Promise<string[]> =>
    Promise.all([one(), two()].map(async (host) => (await host.run(line, { allowFailure: true })).stdout.trim()));
  const untilOnBoth = (line: string, wanted: string, withinMs = 5000): Promise<void> =>
    until(`both nodes say "${wanted}" to ${line}`, async () => (await onBoth(line)).every((said) => said === wanted), {
      withinMs,
    });
  const version = `grep -o 'config_version: .*' ${LOCAL}`;
  const live = "corosync-cmapctl -g totem.config_version | sed 's/.*= //'";

  it('answers pveversion and pvecm status, and says so where it is only an imitation', async () => {
    expect((await one().run('pveversion')).stdout).toMatch(/^pve-manager\/8/);
    expect((await one().run('pvecm status')).stdout).toMatch(
      /^Cluster information\n[\s\S]*Name: +pve\n[\s\S]*Quorate: +Yes/,
    );
    expect(await one().run('pvecm qdevice setup 10.0.0.1', { allowFailure: true })).toMatchObject({
      exitCode: 255,
      stdout: '',
    });
  });

  it('has no two_node, and a .members of its own on every node', async () => {
    expect(await one().readFile(MASTER)).not.toContain('two_node');
    const members = async (host: ReturnType<typeof one>): Promise<unknown> =>
      JSON.parse(await host.readFile('/etc/pve/.members'));
    expect(await members(two())).toMatchObject({
      nodename: 'pve-2',
      cluster: { name: 'pve', nodes: 2, quorate: 1 },
      nodelist: { 'pve-1': { id: 1, online: 1, ip: '10.77.1.1' }, 'pve-2': { id: 2, online: 1 } },
    });
    expect(await members(one())).toMatchObject({ nodename: 'pve-1' });
  });

  it('carries a higher config_version to every node and reloads about a second later by itself', async () => {
    const begin = performance.now();
    await write('s/config_version: 2/config_version: 3/');
    await untilOnBoth(version, 'config_version: 3', 1500);
    await untilOnBoth(live, '3');
    const seconds = (performance.now() - begin) / 1000;
    expect(seconds).toBeGreaterThan(0.9);
    expect(seconds).toBeLessThan(3);
    expect(await onBoth(`stat -c '%U:%G %a' ${MASTER}`)).toEqual(['root:www-data 640', 'root:www-data 640']);
  });

  it('carries another content of the same version, but does not reload', async () => {
    await write('s/debug: off/debug: on/');
    await untilOnBoth(`grep -c 'debug: on' ${LOCAL}`, '1', 1500);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await onBoth("corosync-cmapctl -g logging.debug | sed 's/.*= //'")).toEqual(['off', 'off']);
  });

  it('keeps the local files where the version is lower or cannot be read', async () => {
    await write('s/config_version: 3/config_version: 1/');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await onBoth(version)).toEqual(['config_version: 3', 'config_version: 3']);
    await write('s/config_version: 1/config_version: many/');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await onBoth(version)).toEqual(['config_version: 3', 'config_version: 3']);
  });

  it('counts /etc/pve as part of the file tree of its hosts', async () => {
    const before = await one().treeHash();
    await one().run('echo >/etc/pve/priv/x');
    expect(await one().treeHash()).not.toBe(before);
    expect(Object.keys((await two().tree()).entries)).toContain('/etc/pve/priv/x');
  });

  it('makes /etc/pve read-only on a node without quorum, and writable again with it', async () => {
    await two().powerOff();
    const touch = async (): Promise<number> => (await one().run('touch /etc/pve/y', { allowFailure: true })).exitCode;
    await until('/etc/pve is read-only', async () => (await touch()) !== 0, { everyMs: 300 });
    expect((await one().run('corosync-quorumtool -s', { allowFailure: true })).stdout).toMatch(/Quorate: +No/);
    const nodes = async (): Promise<string> => await one().readFile('/etc/pve/.members');
    await until('.members tells it', async () => /"pve-2": \{ "id": 2, "online": 0/.test(await nodes()), {
      withinMs: 3000,
    });
    await two().powerOn();
    await until('/etc/pve is writable', async () => (await touch()) === 0, { everyMs: 300 });
  });

  it('has its first /etc/pve back after a reset', async () => {
    await lab().reset('pve');
    expect(await one().readFile(MASTER)).toContain('config_version: 2\n');
    expect(await onBoth('ls /etc/pve/priv')).toEqual(['', '']);
  });
});
