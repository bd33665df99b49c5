import { describe, expect, it } from 'vitest';
import { readConf } from '../../../../src/core/corosync/conf/read.ts';
import { parsed, realFile, valueOf } from './real-files.ts';

const view = (text: string) => valueOf(readConf(parsed(text)));
const codes = (text: string) => readConf(parsed(text)).findings.map(({ code }) => code);

const TOTEM = 'totem {\ncluster_name: c1\nconfig_version: 3\n}\n';
const node = (...lines: readonly string[]) => `node {\n${lines.join('\n')}\n}\n`;
const NODES = `nodelist {\n${node('nodeid: 1', 'ring0_addr: a')}${node('nodeid: 2', 'ring0_addr: b')}}\n`;
const quorum = (...lines: readonly string[]) => `quorum {\nprovider: corosync_votequorum\n${lines.join('\n')}\n}\n`;
const device = (...lines: readonly string[]) => quorum('device {', 'model: net', ...lines, '}');

describe('the view of a corosync.conf', () => {
  it('reads a two-node Proxmox VE cluster', () => {
    expect(view(realFile('pve-2-nodes.conf'))).toEqual({
      clusterName: 'office',
      configVersion: 4,
      nodes: [
        { nodeId: 1, name: 'pve1', addresses: [{ ring: 0, address: '10.77.1.1' }], quorumVotes: 1 },
        { nodeId: 2, name: 'pve2', addresses: [{ ring: 0, address: '10.77.1.2' }], quorumVotes: 1 },
      ],
      quorum: {
        provider: 'corosync_votequorum',
        twoNode: false,
        waitForAll: null,
        autoTieBreaker: false,
        lastManStanding: false,
        allowDownscale: false,
        expectedVotesTracking: false,
        expectedVotes: null,
        device: null,
      },
    });
  });

  it('reads every link of every node, in the order of the rings', () => {
    const { nodes, quorum: options } = view(realFile('multi-link-4-nodes.conf'));
    expect(nodes.map(({ nodeId }) => nodeId)).toEqual([11, 12, 13, 14]);
    expect(nodes[3]?.addresses).toEqual([
      { ring: 0, address: 'fd00:10::14' },
      { ring: 1, address: '192.0.2.44' },
      { ring: 2, address: 'd.storage.example' },
    ]);
    expect(options.waitForAll).toBe(true);
  });

  it('reads what pcs and crmsh write: two_node, and crmsh its expected_votes', () => {
    expect(view(realFile('pcs-2-nodes.conf')).quorum).toMatchObject({ twoNode: true, expectedVotes: null });
    expect(view(realFile('crmsh-2-nodes.conf')).quorum).toMatchObject({ twoNode: true, expectedVotes: 2 });
  });

  it('finds that the file of a fresh Debian package has no config_version', () => {
    expect(codes(realFile('debian-default.conf'))).toEqual(['config_version_missing']);
  });

  it('takes the last of two values, as corosync does', () => {
    const text = `${TOTEM}${NODES}${quorum('two_node: 1', 'two_node: 0')}totem {\nconfig_version: 9\n}\n`;
    expect(view(text)).toMatchObject({ configVersion: 9, quorum: { twoNode: false } });
  });

  it('does not see a flag that corosync does not see', () => {
    expect(view(`${TOTEM}${NODES}${quorum()}quorum.two_node: 1\n`).quorum.twoNode).toBe(false);
  });

  it('does not count a node section without any key', () => {
    expect(view(`${TOTEM}${NODES}${quorum()}nodelist {\n${node()}${node()}${node('# nothing')}}\n`).nodes).toHaveLength(
      2,
    );
  });

  it('names everything that is missing at once', () => {
    expect(codes('quorum {\n}\n')).toEqual(['cluster_name_missing', 'config_version_missing', 'nodelist_missing']);
  });

  it.each([
    ['node_id_missing', node('ring0_addr: a')],
    ['node_id_not_allowed', node('nodeid: 0', 'ring0_addr: a')],
    ['node_address_missing', node('nodeid: 1', 'name: a')],
    ['node_address_missing', node('nodeid: 1', 'ring0_addr:')],
    ['node_id_repeated', node('nodeid: 5', 'ring0_addr: a') + node('nodeid: 5', 'ring0_addr: b')],
  ])('finds %s', (code, nodes) => {
    expect(codes(`${TOTEM}nodelist {\n${nodes}}\n`)).toEqual([code]);
  });

  it.each(['a.b', '*', 'two words', '-a', 'x'.repeat(64)])('does not allow the cluster name %j', (name) => {
    const text = `totem {\ncluster_name: ${name}\nconfig_version: 1\n}\n${NODES}`;
    expect(codes(text)).toEqual(['cluster_name_not_allowed']);
  });

  it('does not count with a config_version that a number cannot hold exactly', () => {
    const text = (version: string) => `totem {\ncluster_name: c1\nconfig_version: ${version}\n}\n${NODES}`;
    expect(view(text('9007199254740991')).configVersion).toBe(Number.MAX_SAFE_INTEGER);
    expect(codes(text('9007199254740992'))).toEqual(['config_version_too_high']);
    expect(codes(text('-1'))).toEqual(['config_version_too_high']);
  });
});

describe('the view of a device', () => {
  const read = (...lines: readonly string[]) => view(TOTEM + NODES + device(...lines)).quorum.device;
  const refused = (...lines: readonly string[]) => codes(TOTEM + NODES + device(...lines));

  it('reads what pvecm writes', () => {
    expect(view(realFile('pve-2-nodes-with-device.conf')).quorum.device).toEqual({
      model: 'net',
      votes: 1,
      timeoutMs: 10_000,
      syncTimeoutMs: 30_000,
      heuristics: 'off',
      net: {
        host: '10.77.0.2',
        port: 5403,
        tls: 'on',
        algorithm: 'ffsplit',
        tieBreaker: 'lowest',
        connectTimeoutMs: null,
        forceIpVersion: 0,
        keepActivePartitionTieBreaker: true,
      },
    });
  });

  it('reads every key, and the words that qdevice takes for on and off in any case', () => {
    const net = ['net {', 'host: arbiter', 'port: 5404', 'tls: Required', 'algorithm: lms', 'tie_breaker: 2'];
    const more = ['connect_timeout: 4000', 'force_ip_version: 6', 'keep_active_partition_tie_breaker: OFF', '}'];
    const generic = ['timeout: 20000', 'sync_timeout: 40000', 'heuristics {', 'mode: Sync', '}'];
    expect(read(...generic, ...net, ...more)).toEqual({
      model: 'net',
      votes: null,
      timeoutMs: 20_000,
      syncTimeoutMs: 40_000,
      heuristics: 'sync',
      net: {
        host: 'arbiter',
        port: 5404,
        tls: 'required',
        algorithm: 'lms',
        tieBreaker: 2,
        connectTimeoutMs: 4_000,
        forceIpVersion: 6,
        keepActivePartitionTieBreaker: false,
      },
    });
    expect(read('net {', 'host: a', 'tls: no', 'tie_breaker: highest', '}')?.net).toMatchObject({
      tls: 'off',
      tieBreaker: 'highest',
    });
  });

  it.each([
    ['port: 0'],
    ['port: 65536'],
    ['port: http'],
    ['tls: maybe'],
    ['tls: req'],
    ['algorithm: FFSPLIT'],
    ['algorithm:'],
    ['tie_breaker: 0'],
    ['tie_breaker: 4294967296'],
    ['connect_timeout: 999'],
    ['force_ip_version: 5'],
    ['keep_active_partition_tie_breaker: yes please'],
    ['host:'],
  ])('finds that corosync-qdevice would not start with "%s"', (line) => {
    expect(refused('net {', 'host: a', line, '}')).toEqual(['device_value_not_allowed']);
  });

  it('finds a device without a host, and one without a model', () => {
    expect(refused()).toEqual(['device_host_missing']);
    expect(codes(TOTEM + NODES + quorum('device {', 'votes: 1', '}'))).toEqual(['device_model_missing']);
    expect(codes(TOTEM + NODES + quorum('device {', 'model:', '}'))).toEqual(['device_model_missing']);
  });

  it('reads no net section of another model', () => {
    expect(view(TOTEM + NODES + quorum('device {', 'model: disk', '}')).quorum.device).toMatchObject({
      model: 'disk',
      net: null,
    });
  });

  it('takes a device section without keys for none, as votequorum does', () => {
    expect(view(TOTEM + NODES + quorum('device {', '}')).quorum.device).toBeNull();
  });
});
