import { expect, it } from 'vitest';
import { describeWorld, stepsOf, watched } from './world.ts';

describeWorld('Hosts on which nothing is installed, through a sudoer', { user: 'umpire' }, (world) => {
  it('installs corosync-qnetd on the arbiter and replaces the CA that the package made', async () => {
    const { inventory, lab } = world();
    expect((await lab.arbiter.run('dpkg-query -W corosync-qnetd', { allowFailure: true })).exitCode).not.toBe(0);
    const job = await inventory.prepareArbiter();
    expect(job.state, stepsOf(job)).toBe('done');
    expect(job.steps.map((step) => step.name)).toContain('install-packages');
    const database = await lab.arbiter.run('readlink /etc/corosync/qnetd/nssdb');
    expect(database.stdout).toMatch(/^nssdb\.umpire-/);
    // Debian's postinst makes a CA with its key there: it is kept aside, and serves nobody.
    expect((await lab.arbiter.run('ls /etc/corosync/qnetd')).stdout).toMatch(/nssdb\.umpire-\S+\.before/);
    expect((await lab.arbiter.run('ls -A /var/lib/umpire', { allowFailure: true })).stdout.trim()).toBe('');
  });

  it('installs corosync-qdevice on both nodes and gives them their vote, with no inquorate moment (invariant 1)', async () => {
    const { inventory, client } = world();
    const id = await inventory.register('raw');
    const { result: job } = await watched(world(), ['raw'], () => inventory.onboard(id));
    expect(job.state, stepsOf(job)).toBe('done');
    expect(job.steps.filter((step) => step.name === 'install-packages').map((step) => step.state)).toEqual([
      'done',
      'done',
    ]);
    expect((await client.vote(id)).state).toBe('ok');
  });
});
