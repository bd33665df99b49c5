import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';

import { describeInOwnLab } from './own-lab.ts';
import { until } from './waiting.ts';

describeInOwnLab('the sampler on a cluster of three', { clusters: ['trio:3'] }, (lab) => {
  const nodes = ['trio-1', 'trio-2', 'trio-3'];
  const whole = async (): Promise<void> => {
    for (const name of nodes) {
      const look = async (): Promise<boolean> => {
        const { stdout } = await lab().host(name).run('corosync-quorumtool -s', { allowFailure: true });
        // The membership stands a moment before the nodes have told each other their votes.
        return /Nodes: +3\n/.test(stdout) && /Quorate: +Yes\n/.test(stdout);
      };
      await until(`${name} sees three nodes`, look, { everyMs: 300 });
    }
  };

  it('looks at least ten times a second at every node, and passes a quiet cluster', async () => {
    const sampler = lab().sampler(['trio']);
    await sampler.start();
    await pause(3000);
    const record = await sampler.stop();
    expect(record.nodes).toEqual(nodes);
    record.assertNeverInquorate();
    expect(record.count('trio-1')).toBeGreaterThan(30);
    expect(record.samples('trio-1')[0]?.quorum).toMatchObject({
      expectedVotes: 3,
      totalVotes: 3,
      quorum: 2,
      deviceVotes: 0,
    });
    // No cluster has a device here: its vote is away all the time, on all nodes.
    expect(record.simultaneouslyWithoutVote('trio')).toHaveLength(1);
  });

  it('costs a node about one per cent of a core', async () => {
    const host = lab().host('trio-1');
    const sampler = lab().sampler(['trio']);
    const used = async (): Promise<number> =>
      Number((await host.run('systemctl show -p CPUUsageNSec --value umpire-lab-sampler')).stdout) / 1e6;
    await sampler.start();
    const [before, begin] = [await used(), performance.now()];
    await pause(4000);
    const share = ((await used()) - before) / (performance.now() - begin);
    await sampler.stop();
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(0.02);
  });

  it('sees the moment at which two of three nodes are stopped', async () => {
    const sampler = lab().sampler();
    await sampler.start();
    await lab().host('trio-2').run('systemctl stop corosync');
    await lab().host('trio-3').run('systemctl stop corosync');
    await until('the sampler has seen it', async () => (await sampler.record()).inquorate('trio-1').length > 0);
    await lab().host('trio-2').run('systemctl start corosync');
    await lab().host('trio-3').run('systemctl start corosync');
    await whole();
    await pause(300);
    const record = await sampler.stop();
    const [loss, ...others] = record.inquorate('trio-1');
    expect(others).toEqual([]);
    expect(loss?.end).toBeLessThan(record.end);
    expect(() => {
      record.assertNeverInquorate({ nodes: ['trio-1'] });
    }).toThrow(/trio-1 was not quorate for \d+ ms/);
    expect(record.samples('trio-2').some(({ quorum }) => quorum === null)).toBe(true);
    expect(record.largestGapMs()).toBeLessThan(1000);
  });

  it('goes on by itself after a power cut, and the time without power is a gap, not a pass', async () => {
    const sampler = lab().sampler();
    await sampler.start();
    await lab().host('trio-3').powerOff();
    await pause(1200);
    await lab().host('trio-3').powerOn();
    await whole();
    const trio3IsQuorate = async (): Promise<boolean> =>
      (await sampler.record()).samples('trio-3').at(-1)?.quorum?.quorate === true;
    await until('the sampler sees trio-3 quorate again', trio3IsQuorate);
    const record = await sampler.stop();
    record.assertNeverInquorate({ nodes: ['trio-1', 'trio-2'] });
    expect(record.largestGapMs('trio-3')).toBeGreaterThan(1000);
    expect(() => {
      record.assertNeverInquorate();
    }).toThrow(/trio-3 was not looked at/);
  });

  it('notices when corosync answers nobody', async () => {
    const sampler = lab().sampler();
    await sampler.start();
    await lab().host('trio-1').pause('corosync');
    await pause(1200);
    await lab().host('trio-1').resume('corosync');
    await pause(300);
    const record = await sampler.stop();
    expect(record.largestGapMs('trio-1')).toBeGreaterThan(1000);
    record.assertNeverInquorate({ nodes: ['trio-2', 'trio-3'] });
  });

  it('stamps true time on a host whose clock was moved', async () => {
    await lab().host('trio-1').setClockOffset(3600);
    const sampler = lab().sampler();
    await sampler.start();
    await pause(500);
    const record = await sampler.stop();
    await lab().host('trio-1').setClockOffset(0);
    expect(record.count('trio-1')).toBeGreaterThan(5);
  });
});
