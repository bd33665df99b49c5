import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { command } from '../lab/command.ts';
import { untilFormed } from '../lab/formation.ts';
import { until } from '../lab/waiting.ts';
import type { LabHost } from '../lab/host.ts';
import type { Sampler } from '../lab/sampler.ts';
import { prepareStockArbiter, setUpByStockFlow } from '../lab/stock-flow.ts';
import { arbiterAt, BAD_WORLDS, duo } from './bad-worlds.ts';
import type { Client } from './client.ts';
import { DEGRADED_ARBITERS, DEGRADED_WORLDS } from './degraded-worlds.ts';
import { addLine, CONF, firstOf, onEach, removeLine, rename, rewrite } from './hand-edits.ts';
import {
  allowedAgain,
  differences,
  forgetClusters,
  quorate,
  refused,
  registered,
  treesOf,
  type Answered,
} from './refusal.ts';
import { Inventory } from './inventory.ts';
import { Service } from './service.ts';
import { codesOf, describeWorld, stepsOf, type World } from './world.ts';

describeWorld('Onboarding is refused, and no host touched,', {}, (world) => {
  let sampler: Sampler | undefined;

  /** Does something while every node of a cluster stays quorate, but for those that the test takes down. */
  const steadily = async (cluster: string, down: readonly string[], work: () => Promise<void>): Promise<void> => {
    if (!sampler) throw new Error('nobody watches');
    const names = world()
      .lab.cluster(cluster)
      .nodes.map(({ name }) => name);
    const left = names.filter((name) => !down.includes(name));
    // Where the test itself takes all of them down there is nobody left to watch.
    await (left.length === 0 ? work() : quorate(sampler, left, work));
  };

  beforeAll(async () => {
    const job = await world().inventory.prepareArbiter();
    expect(job.state, stepsOf(job)).toBe('done');
    sampler = world().lab.sampler(['duo', 'trio']);
    await sampler.start();
  });

  afterAll(async () => {
    await sampler?.stop();
  });

  it.each([...BAD_WORLDS, ...DEGRADED_WORLDS].map((bad) => [bad.reason, bad.codes[0], bad] as const))(
    'where %s: %s (invariants 1, 3)',
    async (_, code, bad) => {
      const { cluster = 'duo', registration, spoil, mend, down = [] } = bad;
      const { lab } = world();
      try {
        await steadily(cluster, down, async () => {
          await spoil?.(world());
          const clusterId = await registered(world(), cluster, await registration?.(world()));
          const asked = { kind: 'onboard', clusterId, options: bad.options ?? {} };
          const findings = await refused(world(), asked, [...lab.cluster(cluster).nodes, lab.arbiter]);
          expect(codesOf(findings)).toEqual(expect.arrayContaining([...bad.codes]));
          const obstacle = findings.find((finding) => finding.code === code);
          expect(obstacle?.severity).toBe('error');
          expect(obstacle?.message).toMatch(bad.says);
          if (bad.on) expect([bad.on, lab.host(bad.on).address]).toContain(obstacle?.subject);
        });
      } finally {
        await mend?.(world());
        await untilFormed(lab.cluster(cluster).nodes);
      }
      await allowedAgain(world(), cluster);
    },
  );

  it('where corosync.conf holds the cluster’s key: inline_key, and the key is kept nowhere (invariant 16)', async () => {
    const key = randomBytes(128).toString('base64');
    await rewrite(duo(world()), addLine('totem', `key: ${key}`));
    try {
      const config = Buffer.from(await firstOf(duo(world())).readFile(CONF));
      const clusterId = await registered(world(), 'duo');
      const findings = await refused(world(), { kind: 'onboard', clusterId }, duo(world()));
      expect(codesOf(findings)).toContain('inline_key');
      expect(JSON.stringify(findings)).toMatch(/Keep it in \/etc\/corosync\/authkey/);
      // As it stands in the file, and as the file travels: base64 turns each three bytes into four.
      const travelling = config.toString('base64').slice(Math.ceil(config.indexOf(key) / 3) * 4);
      for (const trace of [key.slice(0, 40), travelling.slice(0, 40)]) {
        const argv = ['grep', '-rlF', '-e', trace, world().service.dataDirectory];
        expect(await command(argv, { allowFailure: true })).toMatchObject({ exitCode: 1, stdout: '' });
        expect(JSON.stringify(findings) + world().service.log).not.toContain(trace);
      }
    } finally {
      await rewrite(duo(world()), removeLine(`key: ${key}`));
    }
    await allowedAgain(world(), 'duo');
  });

  it.each([
    ['nobody has confirmed the host keys', undefined, 'host_key_unconfirmed'],
    ['the hosts show other keys', `SHA256:${'A'.repeat(43)}`, 'host_key_mismatch'],
  ])('where %s: no byte of authentication is sent', async (_, hostKeyFingerprint, code) => {
    const nodes = duo(world()).map((node) => ({ ...world().inventory.nodeOf(node), hostKeyFingerprint }));
    const clusterId = await registered(world(), 'duo', { nodes });
    const before = await onEach(duo(world()), authentications);
    const findings = await refused(world(), { kind: 'onboard', clusterId }, duo(world()));
    const obstacles = findings.filter(({ severity }) => severity === 'error');
    expect(codesOf(obstacles)).toEqual([code, code]);
    expect(obstacles[0]?.message).toMatch(/confirm/);
    expect(await onEach(duo(world()), authentications)).toEqual(before);
    await allowedAgain(world(), 'duo');
    expect(await onEach(duo(world()), authentications)).not.toEqual(before);
  });

  it('until a person confirms the host keys that are shown', async () => {
    const { client, inventory } = world();
    const nodes = duo(world()).map((node) => ({ ...inventory.nodeOf(node), hostKeyFingerprint: undefined }));
    const clusterId = await registered(world(), 'duo', { nodes });
    const asked = { kind: 'onboard', clusterId };
    await refused(world(), asked, duo(world()));
    const shown = await client.get<{ items: HostKey[] }>('/v1/host-keys?status=unconfirmed');
    const fingerprints = shown.items.map(({ address, fingerprint }) => `${address} ${fingerprint}`).sort();
    expect(fingerprints).toEqual(duo(world()).map(({ address, fingerprint }) => `${address} ${fingerprint}`));
    for (const { id, fingerprint } of shown.items) await client.post(`/v1/host-keys/${id}/confirm`, { fingerprint });
    expect(await client.post('/v1/jobs', { ...asked, dryRun: true })).toMatchObject({ allowed: true });
  });

  it('where the name is registered, in whatever letter case: name_taken', async () => {
    const { client, inventory } = world();
    await registered(world(), 'duo');
    const otherId = await inventory.register('other');
    const other = await client.ask('GET', `/v1/clusters/${otherId}`);
    const nodes = duo(world()).map((node) => inventory.nodeOf(node));
    const { customerId, arbiterId } = inventory;
    const asked = { customerId, arbiterId, kind: 'corosync', nodes };
    for (const name of ['duo', 'DUO', 'dUo']) {
      const answer = await client.ask<Answered>('POST', '/v1/clusters', { ...asked, name });
      expect(answer).toMatchObject({ status: 409, body: { code: 'name_taken' } });
      expect(answer.body.detail).toMatch(/rename one, or use another arbiter/);
    }
    const ifMatch = { 'if-match': other.headers.get('etag') ?? '' };
    const patched = await client.ask<Answered>('PATCH', `/v1/clusters/${otherId}`, { name: 'Duo' }, ifMatch);
    expect(patched).toMatchObject({ status: 409, body: { code: 'name_taken' } });
  });

  it('where a cluster of that name, known to nobody here, is connected to qnetd: name_taken', async () => {
    const { lab } = world();
    await rename(lab.cluster('other').nodes, 'DUO');
    await forgetClusters(world().client);
    const twin = await twinOf(world().service);
    try {
      const foreignId = await registeredAt(twin.client, world(), 'other', 'DUO');
      const job = await twin.client.run({ kind: 'onboard', clusterId: foreignId });
      expect(job.state, stepsOf(job)).toBe('done');
      await steadily('duo', [], async () => {
        const clusterId = await registered(world(), 'duo');
        const findings = await refused(world(), { kind: 'onboard', clusterId }, [...duo(world()), lab.arbiter]);
        expect(findings).toContainEqual(expect.objectContaining({ code: 'name_taken', severity: 'error' }));
        expect(JSON.stringify(findings)).toMatch(/A cluster named \\"DUO\\" is connected/);
      });
    } finally {
      await twin.stop();
      await rm(twin.dataDirectory, { recursive: true });
      await onEach(lab.cluster('other').nodes, (node) => node.run('systemctl stop corosync-qdevice'));
      await lab.reset('other');
    }
    await allowedAgain(world(), 'duo');
  });

  it('where the vendor’s tools set a device up, and where such clusters would be locked out', async () => {
    const { lab, inventory } = world();
    const hosts = [...lab.cluster('other').nodes, ...duo(world()), lab.arbiter];
    await lab.reset('arbiter');
    try {
      await prepareStockArbiter(lab);
      await setUpByStockFlow(lab, 'other');
      await steadily('duo', [], async () => {
        const clusterId = await registered(world(), 'other');
        const there = await refused(world(), { kind: 'onboard', clusterId }, hosts);
        expect(codesOf(there)).toEqual(expect.arrayContaining(['device_already_there', 'arbiter_tls_not_required']));
        expect(JSON.stringify(there)).toMatch(/Remove that device first, with the tool that set it up/);
        const inUse = await refused(world(), { kind: 'prepare-arbiter', arbiterId: inventory.arbiterId }, hosts);
        expect(codesOf(inUse)).toEqual(['arbiter_in_use']);
        expect(inUse[0]?.message).toMatch(/Move those clusters first/);
      });
    } finally {
      await Promise.all([lab.reset('arbiter'), lab.reset('other')]);
      const job = await inventory.prepareArbiter();
      expect(job.state, stepsOf(job)).toBe('done');
    }
    await allowedAgain(world(), 'other');
  });

  it.each(DEGRADED_ARBITERS.map((bad) => [bad.reason, bad.code, bad] as const))(
    'where an arbiter is to be prepared while %s: %s (invariants 3, 5)',
    async (_, code, { spoil, mend }) => {
      const { lab, inventory } = world();
      const asked = { kind: 'prepare-arbiter', arbiterId: inventory.arbiterId };
      try {
        await spoil(world());
        const findings = await refused(world(), asked, [lab.arbiter]);
        expect(codesOf(findings)).toEqual([code]);
      } finally {
        await mend(world());
      }
      expect(await world().client.post('/v1/jobs', { ...asked, dryRun: true })).toMatchObject({ allowed: true });
    },
  );

  it('where a node is to be the arbiter: arbiter_is_a_node', async () => {
    const node = firstOf(duo(world()));
    await steadily('duo', [], async () => {
      const arbiterId = await arbiterAt(world(), 'a node', node);
      const findings = await refused(world(), { kind: 'prepare-arbiter', arbiterId }, [node]);
      expect(codesOf(findings)).toContain('arbiter_is_a_node');
      expect(findings[0]?.message).toMatch(/Use a host of its own/);
    });
    await allowedAgain(world(), 'duo');
  });

  it('where another installation has a change under way: other_umpire; at its end the next may follow (invariant 6)', async () => {
    const { lab, client } = world();
    const other = await Service.start();
    try {
      const inventory = await Inventory.begin(other.client, lab);
      const asked = { kind: 'onboard', clusterId: await inventory.register('duo'), dryRun: true };
      const codesThere = async () => {
        const { findings = [] } = await other.client.post<Answered>('/v1/jobs', asked);
        return codesOf(findings.filter(({ severity }) => severity === 'error'));
      };
      await steadily('duo', [], async () => {
        expect(await codesThere()).toEqual(['arbiter_not_prepared']);
        const clusterId = await registered(world(), 'duo');
        const { id } = await client.post<{ id: string }>('/v1/jobs', { kind: 'onboard', clusterId });
        const isMarked = async () =>
          (await firstOf(duo(world())).run('test -e /run/umpire/change', { allowFailure: true })).exitCode === 0;
        await until('the first change of a node', isMarked, { everyMs: 50 });
        expect(await codesThere()).toContain('other_umpire');
        await client.post(`/v1/jobs/${id}/cancel`);
        const job = await client.jobEnd(id);
        expect(['undone', 'cancelled'], stepsOf(job)).toContain(job.state);
        expect(await codesThere()).toEqual(['arbiter_not_prepared']);
      });
    } finally {
      await other.stop();
    }
    await allowedAgain(world(), 'duo');
  });

  it('where another change is under way: change_in_progress (invariant 6)', async () => {
    const { client } = world();
    await steadily('duo', [], async () => {
      const asked = { kind: 'onboard', clusterId: await registered(world(), 'duo') };
      const before = await treesOf(duo(world()));
      const { id } = await client.post<{ id: string }>('/v1/jobs', asked);
      const second = await client.ask<Answered>('POST', '/v1/jobs', asked);
      expect(second).toMatchObject({ status: 409, body: { code: 'change_in_progress' } });
      expect(second.body.detail).toMatch(/wait for its end, or cancel it/);
      await client.post(`/v1/jobs/${id}/cancel`);
      const first = await client.jobEnd(id);
      expect(['undone', 'cancelled'], stepsOf(first)).toContain(first.state);
      const changed = differences(before, await treesOf(duo(world())));
      expect(changed.filter((line) => !line.includes(CONF))).toEqual([]);
    });
    await allowedAgain(world(), 'duo');
  });
});

interface HostKey {
  readonly id: string;
  readonly address: string;
  readonly fingerprint: string;
}

/** How often anybody has tried to authenticate at a host's sshd, successfully or not; see auth.c of OpenSSH. */
const authentications = async (host: LabHost): Promise<number> => {
  const { stdout } = await host.run('journalctl -u ssh -o cat --no-pager');
  return stdout.split('\n').filter((line) => /^(Accepted|Failed|Invalid user)|authenticating/.test(line)).length;
};

/** Registers a cluster of the lab under another name, at a service that knows the same customer and arbiter. */
const registeredAt = async (client: Client, { lab, inventory }: World, cluster: string, name: string) => {
  const { customerId, arbiterId } = inventory;
  const nodes = lab.cluster(cluster).nodes.map((node) => inventory.nodeOf(node));
  const body = { customerId, arbiterId, name, kind: 'corosync', nodes };
  return (await client.post<{ id: string }>('/v1/clusters', body)).id;
};

/** A second service on a copy of the first one's data, as after the restore of an old backup: each knows what the other does not. */
const twinOf = async (service: Service): Promise<Service> => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'umpire-twin-'));
  await service.kill();
  await cp(service.dataDirectory, dataDirectory, { recursive: true });
  await service.restart();
  return Service.start({ dataDirectory });
};
