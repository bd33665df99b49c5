import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from '../lab/host.ts';
import { Lab, labObstacle } from '../lab/lab.ts';
import { until } from '../lab/waiting.ts';
import type { JobView } from './client.ts';
import { addLine, CONF, rewrite } from './hand-edits.ts';
import { Inventory } from './inventory.ts';
import { Service } from './service.ts';
import { configsAt, differencesSince, STRICTNESS, stepsOf, treesAt } from './world.ts';

const DYING_MAIN = new URL('./dying-service.ts', import.meta.url).pathname;
const VERSION = /config_version: *(\d+)/;
const obstacle = labObstacle();

describe.skipIf(obstacle !== null)(
  `nodes left alone in the middle of a change${obstacle === null ? '' : ` (skipped: ${obstacle})`}`,
  () => {
    let lab: Lab;
    let service: Service;
    let inventory: Inventory;

    beforeAll(async () => {
      lab = await Lab.attach();
      service = await Service.start({ main: DYING_MAIN });
      inventory = await Inventory.begin(service.client, lab);
      const job = await inventory.prepareArbiter();
      expect(job.state, stepsOf(job)).toBe('done');
    });
    afterAll(async () => {
      await service.stop();
    });

    /** Onboards a cluster until the service dies after a step, and leaves its nodes alone. */
    const abandoned = async (name: string, moment: string, registered?: string) => {
      const clusterId = registered ?? (await inventory.register(name));
      const trees = await treesAt(lab, name);
      const configs = await configsAt(lab, name);
      await service.restart({ DIE_AT: moment });
      const options = { restoreAfterSeconds: 60 };
      const { id } = await service.client.post<JobView>('/v1/jobs', { kind: 'onboard', clusterId, options });
      await service.died();
      return { nodes: lab.cluster(name).nodes, id, trees, configs };
    };

    /** The service comes back, finds what the nodes did, and takes the rest back. */
    const comeBack = async (id: string): Promise<JobView> => {
      await service.restart({ DIE_AT: '' });
      return service.client.jobEnd(id, { timeoutMs: 90_000 });
    };

    it.each([
      ['r1', 'effected reload *'],
      ['r2', 'recorded start-qdevice 10.77.2.1'],
      ['r3', 'effected confirm-vote *'],
      ['pve', 'effected await-config *'],
      ['quad', 'effected reload *'],
    ])(
      'restore %s by themselves when nobody confirms what was done up to "%s", with no inquorate moment (invariants 1, 9, 14)',
      async (name, moment) => {
        const { nodes, id, trees, configs } = await abandoned(name, moment);
        const sampler = lab.sampler([name]);
        await sampler.start();
        // Their timers' work, without the wait: those that follow come first, as the clock would have it.
        await restoreAll(nodes);
        expect(await nobody(nodes, hasTimer)).toBe(true);
        (await sampler.stop()).assertNeverInquorate(STRICTNESS);
        expect(await configsAt(lab, name)).toEqual(configs);
        for (const node of nodes) {
          const text = await node.readFile(CONF);
          expect((await node.run('corosync-cmapctl -g totem.config_version')).stdout).toContain(
            `= ${VERSION.exec(text)?.[1]}\n`,
          );
          expect(await isActive(node, 'corosync-qdevice')).toBe(false);
        }
        const job = await comeBack(id);
        expect(job.state, stepsOf(job)).toBe('undone');
        expect(await differencesSince(lab, name, trees)).toEqual([]);
      },
    );

    it('put the very bytes back where the change never came into force, and the job can still go on (invariants 9, 14)', async () => {
      const clusterId = await inventory.register('r4');
      const [first] = lab.cluster('r4').nodes as [LabHost];
      const before = await first.readFile(CONF);
      const { nodes, id } = await abandoned('r4', 'effected write-config *', clusterId);
      await restoreAll(nodes);
      expect(await nobody(nodes, hasTimer)).toBe(true);
      for (const node of nodes) expect(await node.readFile(CONF)).toBe(before);
      const job = await comeBack(id);
      expect(job.state, stepsOf(job)).toBe('done');
      expect((await service.client.vote(clusterId)).state).toBe('ok');
    });

    it('wait while a node is away, for a reload would part them, and restore when it is back; a reboot does not make it forget (invariants 4, 14)', async () => {
      const { nodes, id, trees, configs } = await abandoned('r5', 'effected reload *');
      const [first, second] = nodes as [LabHost, LabHost];
      await second.powerOff();
      await until('the first node is alone', async () => (await members(first)) === 1, {
        withinMs: 30_000,
        everyMs: 500,
      });
      const version = await runningVersion(first);
      await restoreNow(first);
      expect(await runningVersion(first)).toBe(version);
      expect(await hasTimer(first)).toBe(true);
      await second.powerOn();
      await until('both are there', async () => (await members(first)) === 2, { withinMs: 60_000, everyMs: 500 });
      expect(await hasTimer(second)).toBe(true);
      const timers = await second.run("systemctl list-timers --no-legend 'umpire-restore-*'");
      expect(timers.stdout).toContain('umpire-restore-');
      await restoreAll(nodes);
      expect(await nobody(nodes, hasTimer), await told(nodes)).toBe(true);
      expect(await configsAt(lab, 'r5')).toEqual(configs);
      const job = await comeBack(id);
      expect(job.state, stepsOf(job)).toBe('undone');
      expect(await differencesSince(lab, 'r5', trees)).toEqual([]);
    });

    it('let an edit by another hand stand (invariant 12)', async () => {
      const { nodes, id } = await abandoned('r6', 'effected reload *');
      await rewrite(nodes, addLine('totem', '# our own words'));
      await restoreAll(nodes);
      for (const node of nodes) expect(await node.readFile(CONF)).toContain('# our own words');
      expect(await nobody(nodes, hasTimer)).toBe(true);
      const job = await comeBack(id);
      expect(job.state, stepsOf(job)).toBe('frozen');
      for (const node of nodes) expect(await node.readFile(CONF)).toContain('# our own words');
    });

    it('are left without a trace of their timers once the change is confirmed (invariant 14)', async () => {
      const id = await inventory.register('r7');
      await service.restart({ DIE_AT: '' });
      const job = await inventory.onboard(id);
      expect(job.state, stepsOf(job)).toBe('done');
      expect(await nobody(lab.cluster('r7').nodes, hasTimer)).toBe(true);
    });

    it('restore by the clock itself: nobody calls them (invariant 14)', async () => {
      const { nodes, id, trees, configs } = await abandoned('r8', 'effected reload *');
      const sampler = lab.sampler(['r8']);
      await sampler.start();
      await until('no node has a timer any more', () => nobody(nodes, hasTimer), { withinMs: 220_000, everyMs: 2_000 });
      (await sampler.stop()).assertNeverInquorate(STRICTNESS);
      expect(await configsAt(lab, 'r8')).toEqual(configs);
      const job = await comeBack(id);
      expect(job.state, stepsOf(job)).toBe('undone');
      expect(await differencesSince(lab, 'r8', trees)).toEqual([]);
    });
  },
);

const restoreNow = async (node: LabHost): Promise<void> => {
  const units = await node.run('ls /etc/systemd/system');
  const name = /umpire-restore-\S+\.service/.exec(units.stdout)?.[0];
  if (name !== undefined) await node.run(['systemctl', 'start', name]);
};

/** As the clock would have it: those that follow, the one that reloads, and once more those that saw nothing of it yet. */
const restoreAll = async (nodes: readonly LabHost[]): Promise<void> => {
  for (const node of [...nodes.toReversed(), ...nodes]) await restoreNow(node);
};

/** What the nodes said while they restored, for a message that helps. */
const told = async (nodes: readonly LabHost[]): Promise<string> =>
  (
    await Promise.all(
      nodes.map(
        async (node) =>
          (
            await node.run(
              'journalctl -b -o short-precise "_COMM=sh" + "UNIT=umpire*" --no-pager; journalctl -b -t sh --no-pager; cat /etc/corosync/corosync.conf; corosync-quorumtool -s',
              { allowFailure: true },
            )
          ).stdout,
      ),
    )
  ).join('\n');

const hasTimer = async (node: LabHost): Promise<boolean> => {
  const found = await node.run(
    'ls -d /etc/systemd/system/umpire-restore-* /etc/systemd/system/timers.target.wants/umpire-* /var/lib/umpire /var/lib/systemd/timers/stamp-umpire-* 2>/dev/null; systemctl list-units --all --no-legend "umpire-restore-*"',
    { allowFailure: true },
  );
  return found.stdout.trim() !== '';
};

const nobody = async (nodes: readonly LabHost[], has: (node: LabHost) => Promise<boolean>): Promise<boolean> =>
  (await Promise.all(nodes.map(has))).every((found) => !found);

const isActive = async (node: LabHost, unit: string): Promise<boolean> =>
  (await node.run(['systemctl', '-q', 'is-active', unit], { allowFailure: true })).exitCode === 0;

const members = async (node: LabHost): Promise<number> => {
  const { stdout } = await node.run('corosync-quorumtool -s', { allowFailure: true });
  return Number(/^Nodes: +(\d+)/m.exec(stdout)?.[1]);
};

const runningVersion = async (node: LabHost): Promise<string> =>
  (await node.run('corosync-cmapctl -g totem.config_version')).stdout;
