import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';

import { describeInOwnLab } from './own-lab.ts';
import { prepareStockArbiter, setUpByStockFlow } from './stock-flow.ts';

describeInOwnLab("the vendor's own way", { clusters: ['duo:2', 'trio:3', 'pve:2:pve'] }, (lab) => {
  it.each([
    ['duo', 1],
    ['trio', 2],
    ['pve', 1],
  ])('gives %s the vote of the device on every node without a moment inquorate', async (name, votes) => {
    await prepareStockArbiter(lab());
    const sampler = lab().sampler([name]);
    await sampler.start();
    const flow = await setUpByStockFlow(lab(), name);
    // The sampler looks every 50 ms or so: its last look is to be one after the vote.
    await pause(300);
    const record = await sampler.stop();
    record.assertNeverInquorate();
    for (const node of record.nodes) expect(record.samples(node).at(-1)?.quorum?.deviceVotes).toBe(votes);
    expect(flow.calls.map(({ exitCode }) => exitCode)).not.toContain(1);
    expect(JSON.stringify(flow.calls)).not.toMatch(/PRIVATE KEY|MIACAQMw/); // the latter begins every p12 of NSS
  });

  it('shows the clusters on the arbiter', async () => {
    const { stdout } = await lab().arbiter.run('corosync-qnetd-tool -l');
    expect(stdout.match(/^Cluster "(\w+)"/gm)?.sort()).toEqual(['Cluster "duo"', 'Cluster "pve"', 'Cluster "trio"']);
  });
});
