import { expect, it } from 'vitest';

import { describeInOwnLab } from './own-lab.ts';
import { prepareStockArbiter } from './stock-flow.ts';

describeInOwnLab('bare hosts', { clusters: ['bare:1:bare', 'mix:1:pve:bare'], arbiter: 'bare' }, (lab) => {
  const packages = 'dpkg-query -W -f "\\${db:Status-Abbrev}\\${Package}\\n" "corosync*" libnss3-tools | grep ^ii; true';

  it.each([
    ['bare-1', ['corosync']],
    ['mix-1', ['corosync']],
    ['arbiter', []],
  ])("%s has, by dpkg's own account and on disk, no more than it should", async (name, expected) => {
    const { stdout } = await lab().host(name).run(packages);
    expect(stdout.split('\n').filter(Boolean)).toEqual(expected.map((wanted) => `ii ${wanted}`));
    const line = 'ls /usr/sbin/corosync-qdevice /usr/bin/corosync-qnetd /usr/bin/certutil /etc/corosync/qnetd';
    expect((await lab().host(name).run(line, { allowFailure: true })).stdout).toBe('');
  });

  it.each([
    ['bare-1', 'corosync-qdevice', '/usr/sbin/corosync-qdevice'],
    ['arbiter', 'corosync-qnetd', '/usr/bin/corosync-qnetd'],
  ])("%s installs %s from the lab's repository in a few seconds", async (name, wanted, program) => {
    const line = `apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install ${wanted} && ls ${program} /usr/bin/certutil`;
    const { stdout } = await lab().host(name).run(line, { timeoutMs: 30_000 });
    expect(stdout).toContain(`${program}\n`);
  });

  it('an arbiter that installs qnetd gets what the postinst makes: a CA of its own and a running service', async () => {
    const { stdout } = await lab().arbiter.run('systemctl is-enabled corosync-qnetd; ls /etc/corosync/qnetd/nssdb');
    expect(stdout).toMatch(/^enabled\n/);
    expect(stdout).toContain('qnetd-cacert.crt\n');
    await prepareStockArbiter(lab());
    expect((await lab().arbiter.run('corosync-qnetd-tool -s')).stdout).toMatch(/QNetd address:/);
  });
});

describeInOwnLab('a stock arbiter', { clusters: [], arbiter: 'stock' }, (lab) => {
  it('runs qnetd with a CA that was made for it alone', async () => {
    const { stdout } = await lab().arbiter.run(
      'systemctl is-active corosync-qnetd; certutil -L -d /etc/corosync/qnetd/nssdb',
    );
    expect(stdout).toMatch(/^active\n[\s\S]*QNet CA/);
  });
});
