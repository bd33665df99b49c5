import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ClusterName, NodeId } from '../../../src/core/names.ts';
import { instant } from '../../../src/core/time.ts';
import { qdeviceTool } from '../../../src/core/corosync/tools/qdevice-tool.ts';
import { qnetdListTool, qnetdStatusTool } from '../../../src/core/corosync/tools/qnetd-tool.ts';
import { quorumtool } from '../../../src/core/corosync/tools/quorumtool.ts';
import { deviceFor } from '../../../src/core/quorum/arithmetic.ts';
import { voteState, type State, type VoteState } from '../../../src/core/quorum/vote-state.ts';
import type { NodeView, VoteEvidence } from '../../../src/core/quorum/views.ts';
import type { RecordedOutput, Recording, ToolName } from '../../fixtures/tools/recording.ts';

/** What real daemons printed on Debian 12 (corosync 3.1.7, qnetd and qdevice 3.0.3), parsed and judged. */
const NOW = instant(1_763_800_000_000);
const NODES: Readonly<Record<string, number>> = { duo: 2, twin: 2, pve: 2, trio: 3, quad: 4 };

const load = (name: string): Recording =>
  JSON.parse(
    readFileSync(new URL(`../../fixtures/tools/${name}/recording.json`, import.meta.url), 'utf8'),
  ) as Recording;

const outputOf = (recording: Recording, host: string, tool: ToolName): RecordedOutput =>
  recording.hosts[host]?.outputs[tool] ?? expect.fail(`no ${tool} was recorded on ${host}`);

const nodeView = (recording: Recording, address: string): NodeView =>
  recording.hosts[address]
    ? {
        address,
        at: NOW,
        quorum: quorumtool.parse(outputOf(recording, address, 'quorumtool'), address),
        device: qdeviceTool.parse(outputOf(recording, address, 'qdevice'), address),
      }
    : {
        address,
        at: NOW,
        unreachable: { code: 'ssh_timeout', severity: 'error', subject: address, message: 'No answer.', params: {} },
      };

const judge = (name: string, cluster: string, onboarded: boolean): VoteState => {
  const recording = load(name);
  const count = NODES[cluster] ?? expect.fail(`no cluster ${cluster}`);
  const addresses = Array.from({ length: count }, (_, index) => `${cluster}-${index + 1}`);
  const evidence: VoteEvidence = {
    inventory: {
      clusterName: cluster as ClusterName,
      nodes: addresses.map((address, index) => ({ nodeId: (index + 1) as NodeId, address })),
      device: onboarded ? deviceFor(count) : null,
    },
    arbiter: {
      at: NOW,
      reading: qnetdListTool.parse(outputOf(recording, 'arbiter', 'qnetdList'), 'arbiter'),
      status: qnetdStatusTool.parse(outputOf(recording, 'arbiter', 'qnetdStatus'), 'arbiter'),
    },
    nodes: addresses.map((address) => nodeView(recording, address)),
    at: NOW,
    limits: { arbiterFreshMs: 1000, nodeFreshMs: 1000 },
  };
  return voteState(evidence);
};

const complaints = ({ findings }: VoteState): string[] =>
  findings.filter(({ severity }) => severity !== 'info').map(({ code, subject }) => `${code} ${subject}`);

describe('recorded healthy clusters are ok, with no complaint', () => {
  it.each([
    ['two-nodes-healthy', 'duo'],
    ['two-clusters', 'duo'],
    ['two-clusters', 'twin'],
    ['three-nodes-lms-healthy', 'trio'],
    ['four-nodes-healthy', 'quad'],
    ['pve-healthy', 'pve'],
    ['tls-required-on-both', 'duo'],
    ['client-between-init-and-answer', 'duo'],
    ['name-with-a-line-break', 'duo'],
  ])('%s: %s', (name, cluster) => {
    const state = judge(name, cluster, true);
    expect(complaints(state)).toEqual([]);
    expect(state.state).toBe('ok');
    expect(state.arbiter.vote).toBe('ack');
    expect(state.nodes.every((node) => node.online && node.qdevice === 'cast')).toBe(true);
  });
});

describe('recorded faults', () => {
  const table: readonly (readonly [name: string, cluster: string, state: State, says: readonly string[]])[] = [
    ['node-dead', 'duo', 'at-risk', ['one_failure_from_loss duo', 'node_offline duo-2', 'client_absent duo-2']],
    ['nodes-cut-from-each-other', 'duo', 'at-risk', ['node_inquorate duo-2', 'client_vote_refused duo-2']],
    ['qnetd-stopped', 'duo', 'at-risk', ['qnetd_down arbiter', 'vote_not_cast duo-1', 'one_failure_from_loss duo']],
    ['qnetd-frozen', 'duo', 'at-risk', ['arbiter_unreadable arbiter', 'vote_not_cast duo-2']],
    ['qnetd-stopped-and-node-dead', 'duo', 'lost', ['quorum_lost duo']],
    ['pve-node-dead-and-qnetd-stopped', 'pve', 'lost', ['quorum_lost pve']],
    ['qnetd-socket-occupied', 'duo', 'at-risk', ['arbiter_unreadable arbiter']],
    ['name-that-feigns-a-connected-cluster', 'duo', 'at-risk', ['arbiter_unreadable arbiter']],
    ['name-that-feigns-an-absent-cluster', 'duo', 'at-risk', ['arbiter_unreadable arbiter']],
    ['qdevice-stopped-on-one', 'duo', 'at-risk', ['device_not_registered duo-2', 'qdevice_down duo-2']],
    ['qdevice-stopped-on-both', 'duo', 'at-risk', ['cluster_absent_at_arbiter duo', 'device_not_registered duo-1']],
    ['qdevice-frozen-on-one', 'duo', 'at-risk', ['device_not_alive duo-2', 'client_absent duo-2']],
    ['qdevice-killed-on-one', 'duo', 'at-risk', ['qdevice_down duo-2', 'device_not_alive duo-2']],
    ['qdevice-just-killed-on-one', 'duo', 'at-risk', ['qdevice_down duo-2', 'views_disagree duo-2']],
    ['device-configured-qdevice-not-started', 'duo', 'at-risk', ['device_not_registered duo-1']],
    ['corosync-stopped-on-one', 'duo', 'at-risk', ['corosync_down duo-2', 'node_offline duo-2']],
    ['corosync-frozen-on-one', 'duo', 'at-risk', ['node_unreadable duo-2', 'node_offline duo-2']],
    ['wrong-certificate-on-one', 'duo', 'at-risk', ['device_not_connected duo-2', 'vote_not_cast duo-2']],
    ['tls-off-client', 'duo', 'at-risk', ['device_without_tls duo-1', 'client_not_verified duo-2']],
    ['tls-required-against-tls-off', 'duo', 'at-risk', ['cluster_absent_at_arbiter duo', 'qdevice_down duo-1']],
    ['algorithms-differ-between-nodes', 'twin', 'at-risk', ['device_differs twin-2', 'client_absent twin-2']],
    ['cluster-name-taken-twice', 'twin', 'unknown', ['node_is_another twin-1', 'node_is_another twin-2']],
    ['four-nodes-split-in-half', 'quad', 'at-risk', ['node_inquorate quad-1', 'client_vote_refused quad-2']],
    ['four-nodes-two-dead', 'quad', 'at-risk', ['one_failure_from_loss quad', 'node_offline quad-4']],
    ['three-nodes-lms-cut-one-from-two', 'trio', 'at-risk', ['node_inquorate trio-1', 'client_vote_refused trio-1']],
    ['three-nodes-lms-one-left', 'trio', 'at-risk', ['one_failure_from_loss trio', 'node_offline trio-3']],
    ['three-nodes-lms-qnetd-stopped', 'trio', 'at-risk', ['one_failure_from_loss trio', 'qnetd_down arbiter']],
    ['three-nodes-lms-qnetd-stopped-one-dead', 'trio', 'lost', ['quorum_lost trio']],
    ['asked-without-rights', 'duo', 'unknown', ['no_fresh_node_view duo', 'node_unreadable duo-1']],
  ];

  it.each(table)('%s (%s): %s', (name, cluster, state, says) => {
    const judged = judge(name, cluster, true);
    expect(complaints(judged)).toEqual(expect.arrayContaining([...says]));
    expect(judged.state).toBe(state);
  });
});

describe('recorded clusters without a device', () => {
  it.each([
    ['two-nodes-without-device', 'duo', { withArbiter: 1, withoutArbiter: 1 }],
    ['pve-without-device', 'pve', { withArbiter: 0, withoutArbiter: 0 }],
  ])('%s: at risk for want of a device only', (name, cluster, lossesSurvived) => {
    const state = judge(name, cluster, false);
    expect(complaints(state)).toEqual([`no_device ${cluster}`]);
    expect(state.lossesSurvived).toEqual(lossesSurvived);
  });

  it('two-nodes-wait-for-all: node 1 waits and node 2 was not heard, which may be quorate alone', () => {
    expect(judge('two-nodes-wait-for-all', 'duo', false).state).toBe('unknown');
  });
});
