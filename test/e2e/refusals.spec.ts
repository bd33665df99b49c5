import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { command } from '../lab/command.ts';
import { untilFormed } from '../lab/formation.ts';
import type { LabHost } from '../lab/lab.ts';
import { prepareStockArbiter, setUpByStockFlow } from '../lab/stock-flow.ts';
import { treeDiff, type FileTree } from '../lab/tree.ts';
import { until } from '../lab/waiting.ts';
import type { Client, Finding } from './client.ts';
import { Service } from './service.ts';
import { codesOf, describeWorld, stepsOf, type World } from './world.ts';

/** A world in which `duo`, or another cluster, must not be onboarded. */
interface BadWorld {
  readonly reason: string;
  /** Of the findings that must be there; of the first, the words that say what to do. */
  readonly codes: readonly [string, ...string[]];
  readonly says: RegExp;
  readonly cluster?: string;
  readonly options?: Record<string, unknown>;
  /** What is registered otherwise than it is. */
  readonly registration?: (world: World) => Promise<Record<string, unknown>> | Record<string, unknown>;
  readonly spoil?: (world: World) => Promise<unknown>;
  readonly mend?: (world: World) => Promise<unknown>;
  /** Nodes that the test itself takes down or cuts off: nobody watches their quorum. */
  readonly down?: readonly string[];
}

interface Answered {
  readonly code?: string;
  readonly allowed?: boolean;
  readonly steps?: readonly unknown[];
  readonly findings?: readonly Finding[];
}

interface Asked {
  readonly kind: string;
  readonly clusterId?: string;
  readonly arbiterId?: string;
  readonly options?: Record<string, unknown>;
}

const CONF = '/etc/corosync/corosync.conf';
const NSS = '/etc/corosync/qdevice/net/nssdb';
/** A refusal must come before a person gives up waiting: ten seconds for a connection, fifteen for a look, and then some. */
const ANSWER_MS = 60_000;
const STRICTNESS = { maxGapMs: 1_500, minPerSecond: 8 };
/** Odd clusters are onboarded only by those who accept the risk; the others do not mind. */
const ACCEPTED = { acceptOddNodeRisk: true };

const onEach = <T>(nodes: readonly LabHost[], act: (node: LabHost) => Promise<T>): Promise<T[]> =>
  Promise.all(nodes.map(act));
const duo = ({ lab }: World): readonly LabHost[] => lab.cluster('duo').nodes;
const firstOf = ([first]: readonly LabHost[]): LabHost => first ?? expect.fail('a cluster has nodes');

/** Writes what `edit` makes of each node's corosync.conf, whatever corosync thinks of it. */
const rewrite = (nodes: readonly LabHost[], edit: (text: string) => string): Promise<unknown> =>
  onEach(nodes, async (node) => node.writeFile(CONF, edit(await node.readFile(CONF))));

const versionOf = (text: string): number => Number(/config_version: (\d+)/.exec(text)?.[1]);
const newer = (text: string): string =>
  text.replace(/config_version: \d+/, `config_version: ${String(versionOf(text) + 1)}`);

/** Has every node run the file that lies on the first one, under the next version. */
const reload = async (nodes: readonly LabHost[], edit: (text: string) => string = (text) => text): Promise<void> => {
  const text = newer(edit(await firstOf(nodes).readFile(CONF)));
  await onEach(nodes, (node) => node.writeFile(CONF, text));
  await firstOf(nodes).run('corosync-cfgtool -R');
  await onEach(nodes, (node) => until(`${node.name} runs its file`, () => runs(node, versionOf(text))));
};

const runs = async (node: LabHost, version: number): Promise<boolean> => {
  const { stdout } = await node.run('corosync-cmapctl -g totem.config_version', { allowFailure: true });
  return stdout.trim().endsWith(`= ${String(version)}`);
};

const seesNodes = (node: LabHost, count: number): Promise<void> =>
  until(`${node.name} sees ${String(count)} nodes`, async () => {
    const { stdout } = await node.run('corosync-quorumtool -s', { allowFailure: true });
    return new RegExp(`^Nodes:\\s+${String(count)}$`, 'm').test(stdout);
  });

const addLine =
  (section: string, line: string) =>
  (text: string): string =>
    text.replace(`${section} {\n`, `${section} {\n  ${line}\n`);
const removeLine =
  (line: string) =>
  (text: string): string =>
    text.replace(`  ${line}\n`, '');

/** An option that a device excludes, on all nodes and in force: corosync 3.1.7 takes every one of them at a reload. */
const excluded = (line: string, code: string): BadWorld => ({
  reason: `corosync.conf says ${line}`,
  codes: [code],
  says: /Remove \w+/,
  spoil: (world) => reload(duo(world), addLine('quorum', line)),
  mend: (world) => reload(duo(world), removeLine(line)),
});

/** A file on one node that somebody else made, and its end. */
const leftover = (path: string): Pick<BadWorld, 'spoil' | 'mend'> => ({
  spoil: ({ lab }) => lab.host('duo-2').writeFile(path, 'somebody was here\n'),
  mend: ({ lab }) => lab.host('duo-2').run(['rm', path]),
});

const fast = (host: string, seconds: number): Pick<BadWorld, 'spoil' | 'mend'> => ({
  spoil: ({ lab }) => lab.host(host).setClockOffset(seconds),
  mend: ({ lab }) => lab.host(host).setClockOffset(0),
});

/** The nodes of `duo` with another login than root's. */
const loggingIn = async (world: World, login: Record<string, unknown>): Promise<Record<string, unknown>> => {
  const { id } = await world.client.post<{ id: string }>('/v1/ssh-credentials', { name: 'another login', ...login });
  return { nodes: duo(world).map((node) => ({ ...world.inventory.nodeOf(node), credentialId: id })) };
};

const arbiterAt = async ({ client, inventory }: World, name: string, host: LabHost): Promise<string> => {
  const place = { ...inventory.nodeOf(host), name: `${name} ${randomBytes(4).toString('hex')}`, isolation: 'shared' };
  return (await client.post<{ id: string }>('/v1/arbiters', place)).id;
};

/** Leaves so little room on the disks of all hosts, which lie on one tmpfs; null gives them their room back. */
const leaveFree = async ({ lab }: World, freeKiB: number | null): Promise<void> => {
  const { stdout } = await command(['df', '--output=used', '-k', lab.paths.run]);
  const size = freeKiB === null ? '50%' : `${String(Number(stdout.split('\n')[1]) + freeKiB)}k`;
  await command(['mount', '-o', `remount,size=${size}`, lab.paths.run]);
};

const BAD_WORLDS: readonly BadWorld[] = [
  {
    reason: 'a node has no power',
    codes: ['ssh_unreachable', 'membership_differs'],
    says: /Check the name, the route and firewalls/,
    spoil: async ({ lab }) => {
      await lab.host('duo-2').powerOff();
      await seesNodes(lab.host('duo-1'), 1);
    },
    mend: ({ lab }) => lab.host('duo-2').powerOn(),
    down: ['duo-2'],
  },
  {
    reason: 'a node refuses SSH',
    codes: ['ssh_connection_refused'],
    says: /Check that sshd runs/,
    spoil: ({ lab }) => lab.refuse('duo-2', 22),
    mend: ({ lab }) => lab.heal(['duo-2']),
  },
  {
    reason: 'packets to a node vanish (invariant 28)',
    codes: ['ssh_connect_timeout'],
    says: /Check the address, the port and firewalls/,
    spoil: ({ lab }) => lab.partition(['controller'], ['duo-2']),
    mend: ({ lab }) => lab.heal(),
  },
  {
    reason: 'the sshd of a node takes the connection and says nothing (invariant 28)',
    codes: ['ssh_connect_timeout'],
    says: /Check the address/,
    spoil: ({ lab }) => lab.host('duo-2').pause('ssh'),
    mend: ({ lab }) => lab.host('duo-2').resume('ssh'),
  },
  {
    reason: 'the arbiter refuses SSH',
    codes: ['ssh_connection_refused'],
    says: /Check that sshd runs/,
    spoil: ({ lab }) => lab.refuse('arbiter', 22),
    mend: ({ lab }) => lab.heal(['arbiter']),
  },
  {
    reason: 'a node is cut off from the others and not quorate',
    codes: ['not_quorate', 'membership_differs', 'views_differ'],
    says: /Bring the other nodes back first/,
    cluster: 'trio',
    options: ACCEPTED,
    spoil: async ({ lab }) => {
      await lab.partition(['trio-1'], ['trio-2', 'trio-3']);
      await seesNodes(lab.host('trio-1'), 1);
      await seesNodes(lab.host('trio-3'), 2);
    },
    mend: async ({ lab }) => {
      await lab.heal();
      await untilFormed(lab.cluster('trio').nodes);
    },
    down: ['trio-1'],
  },
  {
    reason: 'corosync is stopped on a node',
    codes: ['corosync_down', 'membership_differs'],
    says: /Start it, and wait/,
    spoil: ({ lab }) => lab.host('duo-2').run('systemctl stop corosync'),
    mend: async (world) => {
      await world.lab.host('duo-2').run('systemctl start corosync');
      await untilFormed(duo(world));
    },
    down: ['duo-2'],
  },
  {
    reason: 'a node too few is registered',
    codes: ['node_set_differs', 'membership_differs'],
    says: /Register all nodes/,
    cluster: 'trio',
    options: ACCEPTED,
    registration: ({ lab, inventory }) => ({
      nodes: lab
        .cluster('trio')
        .nodes.slice(1)
        .map((node) => inventory.nodeOf(node)),
    }),
  },
  {
    reason: 'corosync.conf lists a node more than is registered',
    codes: ['node_set_differs'],
    says: /Register all nodes/,
    spoil: (world) => rewrite(duo(world), addLine('nodelist', 'node {\n nodeid: 3\n ring0_addr: 10.77.1.3\n }')),
    mend: (world) => rewrite(duo(world), removeLine('node {\n nodeid: 3\n ring0_addr: 10.77.1.3\n }')),
  },
  {
    reason: 'the nodes run different versions of one file',
    codes: ['versions_differ'],
    says: /Reload/,
    spoil: async (world) => {
      const [first, second] = duo(world);
      await rewrite(second ? [second] : [], newer);
      await second?.run('corosync-cfgtool -R');
      await until(
        'only duo-2 runs the new version',
        async () => !!first && !!second && (await runs(second, versionOf(await second.readFile(CONF)))),
      );
      await rewrite(first ? [first] : [], newer);
    },
    mend: (world) => reload(duo(world)),
  },
  {
    reason: 'corosync runs another version than its file’s',
    codes: ['config_not_running'],
    says: /reload or repair it first/,
    spoil: (world) => rewrite(duo(world), newer),
    mend: (world) => reload(duo(world)),
  },
  {
    reason: 'a comment differs on one node (invariant 12)',
    codes: ['configs_differ'],
    says: /Make it so first/,
    spoil: ({ lab }) => rewrite([lab.host('duo-2')], addLine('totem', '# our own words')),
    mend: ({ lab }) => rewrite([lab.host('duo-2')], removeLine('# our own words')),
  },
  {
    reason: 'a node has no corosync.conf',
    codes: ['config_unreadable', 'configs_differ'],
    says: /Restore|Put/,
    spoil: ({ lab }) => lab.host('duo-2').run(['mv', CONF, '/root/kept']),
    mend: ({ lab }) => lab.host('duo-2').run(['mv', '/root/kept', CONF]),
  },
  {
    reason: 'a section of corosync.conf is not closed',
    codes: ['closing_brace_missing'],
    says: /./,
    spoil: (world) => rewrite(duo(world), (text) => `${text}quorum {\n`),
    mend: (world) => rewrite(duo(world), (text) => text.replace(/quorum \{\n$/, '')),
  },
  {
    reason: 'somebody’s NSS database is on a node',
    codes: ['foreign_nss_database'],
    says: /Move it away/,
    spoil: ({ lab }) => lab.host('duo-2').run(`mkdir -p ${NSS} && certutil -N --empty-password -d sql:${NSS}`),
    mend: ({ lab }) => lab.host('duo-2').run(['rm', '-r', '/etc/corosync/qdevice']),
  },
  {
    reason: 'corosync.conf.new was left',
    codes: ['config_being_edited'],
    says: /Finish or remove it/,
    ...leftover(`${CONF}.new`),
  },
  {
    reason: 'corosync.conf is open in an editor',
    codes: ['config_being_edited'],
    says: /Finish or remove it/,
    ...leftover('/etc/corosync/.corosync.conf.swp'),
  },
  excluded('auto_tie_breaker: 1', 'auto_tie_breaker_set'),
  excluded('last_man_standing: 1', 'last_man_standing_set'),
  excluded('allow_downscale: 1', 'allow_downscale_set'),
  excluded('expected_votes: 2', 'expected_votes_set'),
  {
    reason: 'a node has two votes',
    codes: ['node_votes_not_one'],
    says: /Set quorum_votes of every node to 1/,
    spoil: (world) => reload(duo(world), (text) => text.replace('quorum_votes: 1', 'quorum_votes: 2')),
    mend: (world) => reload(duo(world), (text) => text.replace('quorum_votes: 2', 'quorum_votes: 1')),
  },
  {
    reason: 'the arbiter is registered as a node',
    codes: ['arbiter_is_a_node'],
    says: /a host of its own/,
    registration: (world) => ({
      nodes: [firstOf(duo(world)), world.lab.arbiter].map((host) => world.inventory.nodeOf(host)),
    }),
  },
  {
    reason: 'the arbiter is not prepared',
    codes: ['arbiter_not_prepared'],
    says: /run a prepare-arbiter job first/,
    registration: async (world) => ({ arbiterId: await arbiterAt(world, 'unprepared', world.lab.arbiter) }),
  },
  {
    reason: 'qnetd is stopped on the arbiter',
    codes: ['qnetd_down'],
    says: /[Ss]tart/,
    spoil: ({ lab }) => lab.arbiter.run('systemctl stop corosync-qnetd'),
    mend: ({ lab }) => lab.arbiter.run('systemctl start corosync-qnetd'),
  },
  {
    reason: 'a node’s clock is a minute fast (invariant 19)',
    codes: ['clock_skew'],
    says: /NTP/,
    ...fast('duo-2', 60),
  },
  {
    reason: 'the arbiter’s clock is a minute slow (invariant 19)',
    codes: ['clock_skew'],
    says: /NTP/,
    ...fast('arbiter', -60),
  },
  {
    reason: 'the login may not become root',
    codes: ['sudo_refused'],
    says: /Allow this user NOPASSWD/,
    registration: async (world) =>
      loggingIn(world, { user: 'nosudo', privateKey: await readFile(world.lab.privateKey, 'utf8') }),
  },
  {
    reason: 'the nodes do not know the key',
    codes: ['ssh_authentication_failed'],
    says: /authorized_keys/,
    registration: (world) => loggingIn(world, { user: 'root', generate: true }),
  },
  {
    reason: 'nobody accepted the risk of an odd number of nodes',
    codes: ['odd_node_risk_not_accepted', 'qdevice_single_point_of_failure', 'last_node_overload'],
    says: /ask again with acceptOddNodeRisk/,
    cluster: 'trio',
  },
  {
    reason: 'the cluster has another name',
    codes: ['cluster_name_differs'],
    says: /register it under its own name/,
    registration: () => ({ name: 'duet' }),
  },
  {
    reason: 'the cluster’s name has other letter cases',
    codes: ['cluster_name_differs'],
    says: /letter for letter/,
    registration: () => ({ name: 'Duo' }),
  },
  {
    reason: 'the disks are full',
    codes: ['disk_full'],
    says: /Make room/,
    spoil: (world) => leaveFree(world, 20 * 1024),
    mend: (world) => leaveFree(world, null),
  },
  {
    reason: 'a node is registered twice, under two addresses',
    codes: ['same_machine', 'same_node_id'],
    says: /Register/,
    spoil: ({ lab }) => lab.host('duo-1').run('ip addr add 10.77.1.101/16 dev eth0'),
    registration: (world) => {
      const node = world.inventory.nodeOf(firstOf(duo(world)));
      return { nodes: [node, { ...node, address: '10.77.1.101' }] };
    },
    mend: ({ lab }) => lab.host('duo-1').run('ip addr del 10.77.1.101/16 dev eth0'),
  },
  {
    reason: 'a node has no machine id',
    codes: ['machine_id_missing'],
    says: /systemd-machine-id-setup/,
    spoil: ({ lab }) => lab.host('duo-2').run('cp -p /etc/machine-id /root/kept && : >/etc/machine-id'),
    mend: ({ lab }) => lab.host('duo-2').run('cat /root/kept >/etc/machine-id && rm /root/kept'),
  },
  {
    reason: 'a plain cluster is registered as Proxmox VE’s',
    codes: ['not_pve'],
    says: /registered as "pve"/,
    registration: () => ({ kind: 'pve' }),
  },
  {
    reason: 'a Proxmox VE cluster is registered as a plain one',
    codes: ['is_pve'],
    says: /register its cluster as "pve"/,
    spoil: (world) => onEach(duo(world), (node) => node.run(`mkdir /etc/pve && cp ${CONF} /etc/pve`)),
    mend: (world) => onEach(duo(world), (node) => node.run('rm -r /etc/pve')),
  },
];

describeWorld('Onboarding is refused, and no host touched,', {}, (world) => {
  beforeAll(async () => {
    const job = await world().inventory.prepareArbiter();
    expect(job.state, stepsOf(job)).toBe('done');
  });

  it.each(BAD_WORLDS)('where $reason: $codes.0 (invariants 1, 3)', async (bad) => {
    const { cluster = 'duo', registration, spoil, mend, down = [] } = bad;
    const { lab } = world();
    try {
      await watchedBut(world(), cluster, down, async () => {
        await spoil?.(world());
        const clusterId = await registered(world(), cluster, await registration?.(world()));
        const asked = { kind: 'onboard', clusterId, options: bad.options ?? {} };
        const findings = await refused(world(), asked, [...lab.cluster(cluster).nodes, lab.arbiter]);
        expect(codesOf(findings)).toEqual(expect.arrayContaining([...bad.codes]));
        expect(findings.find(({ code }) => code === bad.codes[0])).toMatchObject({
          severity: 'error',
          message: expect.stringMatching(bad.says) as string,
        });
      });
    } finally {
      await mend?.(world());
    }
    await allowedAgain(world(), cluster);
  });

  it('where corosync.conf holds the cluster’s key: inline_key, and the key is kept nowhere (invariant 16)', async () => {
    const key = randomBytes(128).toString('base64');
    await rewrite(duo(world()), addLine('totem', `key: ${key}`));
    try {
      const clusterId = await registered(world(), 'duo');
      const findings = await refused(world(), { kind: 'onboard', clusterId }, duo(world()));
      expect(codesOf(findings)).toContain('inline_key');
      expect(JSON.stringify(findings)).toMatch(/Keep it in \/etc\/corosync\/authkey/);
      const traces = await command(['grep', '-rlF', key.slice(0, 40), world().service.dataDirectory], {
        allowFailure: true,
      });
      expect(traces).toMatchObject({ exitCode: 1, stdout: '' });
      expect(JSON.stringify(findings) + world().service.log).not.toContain(key.slice(0, 40));
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
    const nodes = world()
      .lab.cluster('trio')
      .nodes.map((node) => inventory.nodeOf(node));
    const { customerId, arbiterId } = inventory;
    const asked = { customerId, arbiterId, kind: 'corosync', nodes };
    for (const name of ['duo', 'DUO', 'dUo']) {
      const answer = await client.ask<Answered>('POST', '/v1/clusters', { ...asked, name });
      expect(answer).toMatchObject({ status: 409, body: { code: 'name_taken', detail: /rename one/ } });
    }
    const ifMatch = { 'if-match': other.headers.get('etag') ?? '' };
    const patched = await client.ask<Answered>('PATCH', `/v1/clusters/${otherId}`, { name: 'Duo' }, ifMatch);
    expect(patched).toMatchObject({ status: 409, body: { code: 'name_taken' } });
  });

  it('where a cluster of that name, known to nobody here, is connected to qnetd: name_taken', async () => {
    const { lab } = world();
    await renamed(lab.cluster('other').nodes, 'DUO');
    const twin = await twinOf(world().service);
    try {
      const job = await twin.client.run({
        kind: 'onboard',
        clusterId: await registeredAt(twin.client, world(), 'other', 'DUO'),
      });
      expect(job.state, stepsOf(job)).toBe('done');
      const clusterId = await registered(world(), 'duo');
      const findings = await refused(world(), { kind: 'onboard', clusterId }, [...duo(world()), lab.arbiter]);
      expect(codesOf(findings.filter(({ severity }) => severity === 'error'))).toEqual(['name_taken']);
      expect(JSON.stringify(findings)).toMatch(/\\"DUO\\" is connected/);
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
      await watchedBut(world(), 'other', [], async () => {
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

  it('where a node is to be the arbiter: arbiter_is_a_node', async () => {
    const node = firstOf(duo(world()));
    await watchedBut(world(), 'duo', [], async () => {
      const arbiterId = await arbiterAt(world(), 'a node', node);
      const findings = await refused(world(), { kind: 'prepare-arbiter', arbiterId }, [node]);
      expect(codesOf(findings)).toContain('arbiter_is_a_node');
      expect(findings[0]?.message).toMatch(/Use a host of its own/);
    });
    await allowedAgain(world(), 'duo');
  });

  it('where another change is under way: change_in_progress (invariant 6)', async () => {
    const { client } = world();
    const clusterId = await registered(world(), 'duo');
    const before = await treesOf(duo(world()));
    const asked = { kind: 'onboard', clusterId };
    const { id } = await client.post<{ id: string }>('/v1/jobs', asked);
    const second = await client.ask<Answered>('POST', '/v1/jobs', asked);
    expect(second).toMatchObject({ status: 409, body: { code: 'change_in_progress' } });
    await client.post(`/v1/jobs/${id}/cancel`);
    const first = await client.jobEnd(id);
    expect(['undone', 'cancelled'], stepsOf(first)).toContain(first.state);
    const after = await treesOf(duo(world()));
    const changed = differences(before, after).filter((line) => !line.includes(CONF));
    expect(changed).toEqual([]);
    await allowedAgain(world(), 'duo');
  });
});

interface HostKey {
  readonly id: string;
  readonly address: string;
  readonly fingerprint: string;
}

/** Does something while the nodes of a cluster are watched, and asserts that none of them but these was ever inquorate. */
const watchedBut = async (
  { lab }: World,
  cluster: string,
  down: readonly string[],
  work: () => Promise<void>,
): Promise<void> => {
  const names = lab.cluster(cluster).nodes.map(({ name }) => name);
  const sampler = lab.sampler([cluster]);
  await sampler.start();
  try {
    await work();
    const record = await sampler.record();
    record.assertNeverInquorate({ ...STRICTNESS, nodes: names.filter((name) => !down.includes(name)) });
  } finally {
    await sampler.stop();
  }
};

/** Registers a cluster anew: what tests before it registered goes, so that each begins alike. */
const registered = async (
  { client, inventory }: World,
  name: string,
  changes?: Record<string, unknown>,
): Promise<string> => {
  const { items } = await client.get<{ items: { id: string }[] }>('/v1/clusters');
  for (const { id } of items) {
    const { headers } = await client.ask('GET', `/v1/clusters/${id}`);
    const ifMatch = { 'if-match': headers.get('etag') ?? '' };
    const deleted = await client.ask('DELETE', `/v1/clusters/${id}`, undefined, ifMatch);
    expect(deleted.status, JSON.stringify(deleted.body)).toBe(204);
  }
  return inventory.register(name, changes);
};

/** Registers a cluster of the lab under another name, at a service that knows the same customer and arbiter. */
const registeredAt = async (client: Client, { lab, inventory }: World, cluster: string, name: string) => {
  const { customerId, arbiterId } = inventory;
  const nodes = lab.cluster(cluster).nodes.map((node) => inventory.nodeOf(node));
  const body = { customerId, arbiterId, name, kind: 'corosync', nodes };
  return (await client.post<{ id: string }>('/v1/clusters', body)).id;
};

/**
 * Asks for a job, and for its plan, and asserts that both are refused in time for the same reasons, that no job came of
 * it, and that the file trees of these hosts are what they were.
 */
const refused = async ({ client }: World, asked: Asked, hosts: readonly LabHost[]): Promise<readonly Finding[]> => {
  const before = await treesOf(hosts);
  const jobs = await client.get('/v1/jobs');
  const begun = performance.now();
  const [answer, dry] = await Promise.all([
    client.ask<Answered>('POST', '/v1/jobs', asked),
    client.ask<Answered>('POST', '/v1/jobs', { ...asked, dryRun: true }),
  ]);
  expect(performance.now() - begun).toBeLessThan(ANSWER_MS);
  expect(answer.status, JSON.stringify(answer.body)).toBe(409);
  expect(dry).toMatchObject({ status: 200, body: { allowed: false, steps: [] } });
  expect(codesOf(dry.body.findings)).toEqual(codesOf(answer.body.findings));
  expect(await client.get('/v1/jobs')).toEqual(jobs);
  expect(differences(before, await treesOf(hosts))).toEqual([]);
  return answer.body.findings ?? [];
};

/** Asserts that a cluster, registered as it is, can be onboarded, at the latest when its nodes have found together again. */
const allowedAgain = async (world: World, cluster: string): Promise<void> => {
  const clusterId = await registered(world, cluster);
  const asked = { kind: 'onboard', clusterId, options: cluster === 'trio' ? ACCEPTED : {}, dryRun: true };
  let plan: Answered = {};
  const look = async (): Promise<boolean> => {
    plan = await world.client.post<Answered>('/v1/jobs', asked);
    return plan.allowed === true;
  };
  await until(`${cluster} may be onboarded`, look, { withinMs: ANSWER_MS, everyMs: 500 }).catch((late: unknown) => {
    throw new Error(`not allowed again: ${JSON.stringify(plan.findings)}`, { cause: late });
  });
  expect(plan.steps).not.toEqual([]);
};

interface HostTree {
  readonly name: string;
  readonly tree: FileTree;
}

const treesOf = (hosts: readonly LabHost[]): Promise<HostTree[]> =>
  onEach(hosts, async (host) => ({ name: host.name, tree: await host.tree() }));

/** What differs on the hosts whose hashes differ. */
const differences = (before: readonly HostTree[], after: readonly HostTree[]): string[] =>
  before.flatMap(({ name, tree }, index) => {
    const now = after[index]?.tree ?? tree;
    return now.digest === tree.digest ? [] : treeDiff(tree, now).map((line) => `${name}: ${line}`);
  });

/** How often anybody has tried to authenticate at a host's sshd, successfully or not; see auth.c of OpenSSH. */
const authentications = async (host: LabHost): Promise<number> => {
  const { stdout } = await host.run('journalctl -u ssh -o cat --no-pager');
  return stdout.split('\n').filter((line) => /^(Accepted|Failed|Invalid user)|authenticating/.test(line)).length;
};

/** Gives a running cluster another name, which corosync takes at a start only. */
const renamed = async (nodes: readonly LabHost[], name: string): Promise<void> => {
  await rewrite(nodes, (text) => text.replace(/cluster_name: .*/, `cluster_name: ${name}`));
  await onEach(nodes, (node) => node.run('systemctl restart corosync'));
  await untilFormed(nodes);
};

/** A second service on a copy of the first one's data, as after the restore of an old backup: each knows what the other does not. */
const twinOf = async (service: Service): Promise<Service> => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'umpire-twin-'));
  await service.kill();
  await cp(service.dataDirectory, dataDirectory, { recursive: true });
  await service.restart();
  return Service.start({ dataDirectory });
};
