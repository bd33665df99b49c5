import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../lab/waiting.ts';
import { ACCEPTED } from './bad-worlds.ts';
import type { Client, JobView } from './client.ts';
import { DEGRADED_DEVICES } from './degraded-worlds.ts';
import { Inventory } from './inventory.ts';
import { refused, type Answered } from './refusal.ts';
import { Service } from './service.ts';
import {
  codesOf,
  configsAt,
  describeWorld,
  differencesSince,
  packagesAt,
  stepsOf,
  treesAt,
  treesOf,
  watched,
  type World,
} from './world.ts';

interface ClusterView {
  readonly state: string;
  readonly device: object | null;
  readonly nodes: readonly { readonly id: string; readonly address: string; readonly leftovers: object | null }[];
}

interface Problem {
  readonly findings: readonly { readonly code: string; readonly message: string }[];
}

const DYING_MAIN = new URL('./dying-service.ts', import.meta.url).pathname;
const NODE_LEAVES_MS = 15_000;

/** What must be the same before an onboarding and after the offboarding that follows it, but for config_version. */
const pictureOf = async ({ lab }: World, name: string) => ({
  trees: await treesAt(lab, name),
  configs: await configsAt(lab, name),
  packages: await packagesAt(lab, name),
});

const expectAsBefore = async (
  world: World,
  name: string,
  { trees, configs, packages }: Awaited<ReturnType<typeof pictureOf>>,
): Promise<void> => {
  expect(await differencesSince(world.lab, name, trees)).toEqual([]);
  expect(await configsAt(world.lab, name)).toEqual(configs);
  expect(await packagesAt(world.lab, name)).toEqual(packages);
};

const clusterOf = (client: Client, id: string): Promise<ClusterView> => client.get<ClusterView>(`/v1/clusters/${id}`);

const nodeIdOf = async ({ client, lab }: World, id: string, host: string): Promise<string> =>
  (await clusterOf(client, id)).nodes.find(({ address }) => address === lab.host(host).address)?.id ?? '';

/** Every trial of the job came to its end: taken before, refused after, nothing passed on as a warning. */
const expectProven = (job: JobView, nodes: number): void => {
  const proofs = job.steps.filter(({ name }) => name === 'prove-refusal');
  expect(proofs.map(({ state, finding }) => [state, finding])).toEqual(
    Array.from({ length: nodes }, () => ['done', null]),
  );
};

const passes = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describeWorld('Offboarding', {}, (world) => {
  const ids: Record<string, string> = {};

  const onboarded = async (name: string): Promise<string> => {
    const { inventory } = world();
    ids[name] ??= await inventory.register(name);
    const job = await inventory.onboard(ids[name], name === 'trio' ? ACCEPTED : {});
    expect(job.state, stepsOf(job)).toBe('done');
    return ids[name];
  };

  it('has an arbiter to begin with', async () => {
    const job = await world().inventory.prepareArbiter();
    expect(job.state, stepsOf(job)).toBe('done');
  });

  it.each([
    ['duo', 2, {}],
    ['quad', 4, {}],
    // An odd number of nodes has an lms device.
    ['trio', 3, {}],
    ['pve', 2, {}],
    // Nothing of the device was installed here: what came with it goes again.
    ['raw', 2, { removePackages: true }],
  ])(
    'leaves %s as it was before its onboarding but for config_version, with no inquorate moment, and its certificates refused (invariants 1, 2, 9, 13, 27)',
    async (name, nodes, options) => {
      const { inventory, client, lab } = world();
      const before = await pictureOf(world(), name);
      const id = await onboarded(name);
      const { result: job } = await watched(world(), [name], () => inventory.offboard(id, options));
      expect(job.state, stepsOf(job)).toBe('done');
      expectProven(job, nodes);
      await expectAsBefore(world(), name, before);
      for (const node of lab.cluster(name).nodes) {
        const { stdout } = await node.run('corosync-quorumtool -s', { allowFailure: true });
        expect(stdout).toMatch(/^Quorate: +Yes/m);
        // A device that systemd had started once more without its section would stand here for as long as corosync runs.
        expect(stdout).not.toMatch(/Qdevice/);
        expect((await node.run('ls /run/systemd/system', { allowFailure: true })).stdout).not.toMatch(/qdevice/);
      }
      expect(await clusterOf(client, id)).toMatchObject({ state: 'registered', device: null });
      const { items } = await client.get<{ items: { state: string; revokedAt: string | null }[] }>(
        `/v1/clusters/${id}/certificates`,
      );
      expect(items.map(({ state }) => state)).toEqual(Array.from({ length: nodes }, () => 'revoked'));
      expect((await lab.arbiter.run('corosync-qnetd-tool -l')).stdout).not.toContain(`Cluster "${name}"`);
    },
  );

  it.each(['duo', 'pve'])('gives %s its device again afterwards, with new certificates', async (name) => {
    const { client } = world();
    const id = await onboarded(name);
    expect(await client.vote(id)).toMatchObject({ state: 'ok' });
  });

  it.each(DEGRADED_DEVICES.map((bad) => [bad.reason, bad.codes[0], bad] as const))(
    'is refused where %s: %s, and no host is touched (invariants 1, 3)',
    async (_, code, { spoil, mend, says, on = '' }) => {
      const { client, lab } = world();
      const asked = { kind: 'offboard', clusterId: ids['duo'] ?? '' };
      try {
        await watched(world(), ['duo'], async () => {
          await spoil?.(world());
          const findings = await refused(world(), asked, [...lab.cluster('duo').nodes, lab.arbiter]);
          const obstacles = findings.filter(({ severity }) => severity === 'error');
          expect(codesOf(obstacles)).toEqual([code]);
          expect(obstacles[0]?.message).toMatch(says);
          expect(obstacles[0]?.subject).toBe(lab.host(on).address);
        });
      } finally {
        await mend?.(world());
      }
      const isAllowed = async () =>
        (await client.post<Answered>('/v1/jobs', { ...asked, dryRun: true })).allowed === true;
      await until('duo may be off-boarded again', isAllowed, { everyMs: 200 });
    },
  );

  it('refuses two nodes with one dead, says why, and touches nothing (invariants 3, 4)', async () => {
    const { client, lab } = world();
    const id = ids['duo'] ?? '';
    const dead = await nodeIdOf(world(), id, 'duo-2');
    await lab.host('duo-2').powerOff();
    try {
      await passes(NODE_LEAVES_MS);
      const before = await treesOf(world(), 'duo');
      const answer = await client.ask<Problem>('POST', '/v1/jobs', {
        kind: 'offboard',
        clusterId: id,
        options: { absentNodes: [dead] },
      });
      expect(answer.status).toBe(409);
      expect(codesOf(answer.body.findings)).toContain('votes_missing');
      expect(answer.body.findings.find(({ code }) => code === 'votes_missing')?.message).toMatch(/Bring 1 of/);
      expect(await treesOf(world(), 'duo')).toEqual(before);
    } finally {
      await lab.host('duo-2').powerOn();
    }
  });

  it('refuses to believe in the death of a node that lives', async () => {
    const id = await onboarded('quad');
    const answer = await world().client.ask<Problem>('POST', '/v1/jobs', {
      kind: 'offboard',
      clusterId: id,
      options: { absentNodes: [await nodeIdOf(world(), id, 'quad-4')] },
    });
    expect(answer.status).toBe(409);
    expect(codesOf(answer.body.findings)).toContain('absent_node_online');
  });

  it('takes four nodes their device while one is dead, and what that one keeps when it is back (invariants 1, 2, 27)', async () => {
    const { inventory, client, lab } = world();
    const id = ids['quad'] ?? '';
    const dead = await nodeIdOf(world(), id, 'quad-4');
    const alive = ['quad-1', 'quad-2', 'quad-3'];
    const back = lab.host('quad-4');
    await back.powerOff();
    await passes(NODE_LEAVES_MS);
    const { result: job } = await watched(world(), ['quad'], () => inventory.offboard(id, { absentNodes: [dead] }), {
      nodes: alive,
    });
    expect(job.state, stepsOf(job)).toBe('done');
    expectProven(job, 3);
    expect(codesOf(job.findings)).toContain('node_left_behind');
    expect((await clusterOf(client, id)).nodes.map(({ leftovers }) => leftovers)).toEqual([
      ...[null, null, null],
      { config: true, device: true, database: true, packages: [], agent: false },
    ]);
    // Its configuration is the older one: corosync there ends itself whenever it meets the others, and the enabled device
    // has systemd start both again. The others keep their quorum meanwhile.
    const sampler = lab.sampler(['quad']);
    await sampler.start();
    await back.powerOn();
    await passes(NODE_LEAVES_MS);
    await back.run('systemctl stop corosync-qdevice corosync', { allowFailure: true });
    const record = await sampler.stop();
    expect(alive.flatMap((node) => record.inquorate(node))).toEqual([]);
    expect((await lab.host('quad-1').run('corosync-quorumtool -s')).stdout).toMatch(/^Total votes: +3 *$/m);
    const { result: second } = await watched(
      world(),
      ['quad'],
      async () => {
        const cleared = await inventory.offboard(id);
        await back.run('systemctl start corosync');
        return cleared;
      },
      { nodes: alive },
    );
    expect(second.state, stepsOf(second)).toBe('done');
    expect(codesOf(second.findings)).toEqual(['corosync_to_be_started']);
    expect((await clusterOf(client, id)).nodes.every(({ leftovers }) => leftovers === null)).toBe(true);
    await passes(NODE_LEAVES_MS);
    expect((await back.run('corosync-quorumtool -s')).stdout).toMatch(/^Total votes: +4 *$/m);
    expect((await back.run('ls /etc/corosync')).stdout).not.toMatch(/qdevice/);
  });
});

describeWorld('Offboarding that fails', {}, (world) => {
  /** Every step whose failure leaves something to be undone, in the order of an offboarding. */
  const FAILING = [
    'hold-qdevice 10.77.1.2',
    'write-config *',
    'reload *',
    'await-config *',
    'stop-qdevice 10.77.1.2',
    'distrust-certificates *',
    'prove-refusal *',
    'set-aside-database *',
    'record-offboarding *',
  ];

  let service: Service;
  let inventory: Inventory;
  let id = '';
  let before: Awaited<ReturnType<typeof pictureOf>>;

  beforeAll(async () => {
    const { lab } = world();
    service = await Service.start({ main: DYING_MAIN });
    inventory = await Inventory.begin(service.client, lab);
    await lab.reset('arbiter');
    await lab.reset('duo');
    expect((await inventory.prepareArbiter()).state).toBe('done');
    id = await inventory.register('duo');
    expect((await inventory.onboard(id)).state).toBe('done');
    before = await pictureOf(world(), 'duo');
  });
  afterAll(async () => {
    await service.stop();
  });

  it.each(FAILING)(
    'puts the device back when %s fails, and its vote is cast again (invariants 1, 9)',
    async (failing) => {
      await service.restart({ FAIL_AT: failing });
      const { result: job } = await watched(world(), ['duo'], () => inventory.offboard(id));
      expect(job.state, stepsOf(job)).toBe('undone');
      await expectAsBefore(world(), 'duo', before);
      const cluster = await clusterOf(service.client, id);
      expect(cluster).toMatchObject({ state: 'onboarded', device: { algorithm: 'ffsplit' } });
      expect(cluster.nodes.map(({ leftovers }) => leftovers)).toEqual([null, null]);
      const verified = await service.client.run({ kind: 'verify', clusterId: id });
      expect(verified.state, stepsOf(verified)).toBe('done');
      const { stdout } = await world().lab.arbiter.run('certutil -L -d sql:/etc/corosync/qnetd/nssdb');
      expect(stdout).not.toMatch(/revoked/);
    },
  );
});
