import { qdeviceTool } from '../../../src/core/corosync/tools/qdevice-tool.ts';
import { qnetdListTool, qnetdStatusTool } from '../../../src/core/corosync/tools/qnetd-tool.ts';
import { quorumtool } from '../../../src/core/corosync/tools/quorumtool.ts';
import type { ToolOutput } from '../../../src/core/corosync/tools/tool.ts';
import type { ClusterName, NodeId } from '../../../src/core/names.ts';
import { deviceFor } from '../../../src/core/quorum/arithmetic.ts';
import { voteState, type VoteState } from '../../../src/core/quorum/vote-state.ts';
import { instant } from '../../../src/core/time.ts';
import type { Recording, ToolName } from '../../fixtures/tools/recording.ts';
import { mutatedText, textSeeds } from '../mutate-text.ts';
import { outputsOf, recordingOf } from '../recorded.ts';
import { below, firstLie, pick, type Target } from '../target.ts';

/** Who is asked what about a cluster of two nodes. */
const ASKED: readonly (readonly [host: string, tool: ToolName])[] = [
  ['arbiter', 'qnetdList'],
  ['arbiter', 'qnetdStatus'],
  ['duo-1', 'quorumtool'],
  ['duo-1', 'qdevice'],
  ['duo-2', 'quorumtool'],
  ['duo-2', 'qdevice'],
];

type Evidence = readonly ToolOutput[];

const evidenceIn = ({ hosts }: Recording): Evidence =>
  ASKED.map(([host, tool]) => hosts[host]?.outputs[tool] ?? { exitCode: -1, stdout: '', stderr: '' });

const WORLDS: readonly Evidence[] = [
  'two-nodes-healthy',
  'tls-required-on-both',
  'nodes-cut-from-each-other',
  'qnetd-stopped',
  'node-dead',
  'wrong-certificate-on-one',
].map((state) => evidenceIn(recordingOf(state)));
const seeds = textSeeds(outputsOf('quorumtool', 'qdevice', 'qnetdList', 'qnetdStatus').map(({ stdout }) => stdout));

const NOW = instant(1_763_800_000_000);
const NODES = ['duo-1', 'duo-2'];

const outputOf = (evidence: Evidence, host: string, tool: ToolName): ToolOutput =>
  evidence[ASKED.findIndex(([who, what]) => who === host && what === tool)] ?? { exitCode: -1, stdout: '', stderr: '' };

/** How often a text holds this one. */
const count = (text: string, part: string): number => text.split(part).length - 1;

/**
 * The vote of a cluster, drawn from six outputs of which some are spoiled: `ok` needs the words of health in every single one of
 * them, whatever else stands there (invariant 21).
 */
const vote: Target<Evidence, VoteState> = {
  name: 'vote-state',
  weight: 1,
  draw: (chance) => {
    const world = [...pick(WORLDS, chance)];
    do {
      const at = below(world.length, chance);
      const output = chance() < 0.2 ? pick(WORLDS, chance)[at] : world[at];
      if (output) world[at] = { ...output, stdout: mutatedText(output.stdout, chance, seeds) };
    } while (chance() < 0.2);
    return world;
  },
  read: (evidence) =>
    voteState({
      inventory: {
        clusterName: 'duo' as ClusterName,
        nodes: NODES.map((address, index) => ({ nodeId: (index + 1) as NodeId, address })),
        device: deviceFor(NODES.length),
      },
      arbiter: {
        at: NOW,
        reading: qnetdListTool.parse(outputOf(evidence, 'arbiter', 'qnetdList'), 'arbiter'),
        status: qnetdStatusTool.parse(outputOf(evidence, 'arbiter', 'qnetdStatus'), 'arbiter'),
      },
      nodes: NODES.map((address) => ({
        address,
        at: NOW,
        quorum: quorumtool.parse(outputOf(evidence, address, 'quorumtool'), address),
        device: qdeviceTool.parse(outputOf(evidence, address, 'qdevice'), address),
      })),
      at: NOW,
      limits: { arbiterFreshMs: 1_000, nodeFreshMs: 1_000 },
    }),
  takes: ({ state }) => state === 'ok',
  judge: (evidence, { state }) => {
    if (state !== 'ok') return null;
    const list = outputOf(evidence, 'arbiter', 'qnetdList').stdout;
    const texts = NODES.map((node) => outputOf(evidence, node, 'quorumtool').stdout);
    const devices = NODES.map((node) => outputOf(evidence, node, 'qdevice').stdout);
    return firstLie(
      ['ok without a cluster of that name at the arbiter', () => count(list, 'Cluster "duo":\n') === 1],
      ['ok without two verified clients', () => count(list, 'Yes (client certificate verified)\n') >= 2],
      ['ok without the vote for both', () => count(list, 'ACK') - count(list, 'NACK') >= 2],
      ['ok without quorum on both nodes', () => texts.every((text) => text.includes('Quorate:          Yes\n'))],
      ['ok without a vote that is cast for both', () => texts.every((text) => count(text, ' A,V,') >= 2)],
      ['ok without three votes', () => texts.every((text) => Number(/^Total votes: +(\d+)$/m.exec(text)?.[1]) === 3)],
      [
        'ok without a connection of both devices',
        () => devices.every((text) => text.includes('State:\t\t\tConnected\n')),
      ],
    );
  },
};

export const voteStateTargets: readonly Target[] = [vote];
