import { createHash, generateKeyPairSync } from 'node:crypto';
import type { ToolOutput } from '../../src/core/corosync/tools/tool.ts';
import type { NodeView } from '../../src/core/quorum/views.ts';
import { printQdeviceStatus } from '../core/corosync/tools/print-qdevice-tool.ts';
import { printQnetdList, printQnetdStatus } from '../core/corosync/tools/print-qnetd-tool.ts';
import { printQuorumStatus } from '../core/corosync/tools/print-quorumtool.ts';
import { addressOf, CLUSTER, faults, withClusters, withStatus, world } from '../core/quorum/worlds.ts';
import { named, request } from '../platform/crypto/request-builder.ts';

export const ARBITER_ADDRESS = '10.77.0.2';
export const CLUSTER_NAME: string = CLUSTER;
export { addressOf };

const FORMAT = { hexadecimalIds: false, decimalRingId: false, quorateIsExitCode1: false };
const DOWN: ToolOutput = {
  exitCode: 3,
  stdout: '',
  stderr: "corosync-qdevice-tool: Can't connect to QDevice socket (is QDevice running?): No such file or directory\n",
};

export const told = (stdout: string): ToolOutput => ({ exitCode: 0, stdout, stderr: '' });
export const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** What a node has and runs. */
export interface FakeNode {
  readonly id: number;
  readonly address: string;
  config: string;
  runningVersion: string;
  readonly packages: Set<string>;
  hasCertificates: boolean;
  runsDevice: boolean;
  /** systemd would not start the device again. */
  held: boolean;
  /** What its agent was installed with; null without one. */
  agent: { readonly url: string; readonly token: string } | null;
  /** PKCS#10 of the key that it made, in base64. */
  readonly request: string;
}

const certificateRequest = (): string =>
  request(generateKeyPairSync('ec', { namedCurve: 'P-256' }), { subject: named(CLUSTER_NAME) }).toString('base64');

const configText = (nodeCount: number): string => {
  const node = (id: number) => `  node {\n    nodeid: ${id}\n    ring0_addr: ${addressOf(id)}\n  }\n`;
  const nodes = Array.from({ length: nodeCount }, (_, index) => node(index + 1)).join('');
  const twoNode = nodeCount === 2 ? '  two_node: 1\n' : '';
  return `totem {\n  cluster_name: ${CLUSTER_NAME}\n  config_version: 7\n}\nnodelist {\n${nodes}}\nquorum {\n  provider: corosync_votequorum\n${twoNode}}\n`;
};

export const versionIn = (config: string): string => /config_version: (\d+)/.exec(config)?.[1] ?? '?';

/** qnetd lists a cluster only while a client of it is connected. */
const onlyConnected = withClusters((clusters) => clusters.filter(({ clients }) => clients.length > 0));

/** A cluster and its arbiter that exist in this process only, and print what real ones would. */
export class FakeCluster {
  readonly nodes: readonly FakeNode[];
  /** Nodes that are switched off. */
  readonly down = new Set<number>();
  /** Nicknames of the certificates that qnetd refuses. */
  readonly distrusted = new Set<string>();
  private readonly nodeCount: number;

  constructor(nodeCount: number) {
    this.nodeCount = nodeCount;
    this.nodes = Array.from({ length: nodeCount }, (_, index) => ({
      id: index + 1,
      address: addressOf(index + 1),
      config: configText(nodeCount),
      runningVersion: '7',
      packages: new Set(['corosync']),
      hasCertificates: false,
      runsDevice: false,
      held: false,
      agent: null,
      request: certificateRequest(),
    }));
  }

  get config(): string {
    return configText(this.nodeCount);
  }

  node(address: string): FakeNode {
    const node = this.nodes.find((candidate) => candidate.address === address);
    if (!node) throw new Error(`no node at ${address}`);
    return node;
  }

  /** What `corosync-quorumtool -s` and `corosync-qdevice-tool -sv` print on a node. */
  viewOf({ id }: FakeNode): Record<'quorum' | 'device', ToolOutput> {
    const view = this.evidence().nodes[id - 1];
    if (!view || !('quorum' in view) || view.quorum.kind !== 'known') throw new Error(`node ${id} is switched off`);
    return { quorum: told(printQuorumStatus(view.quorum.value, FORMAT)), device: deviceOutput(view) };
  }

  /** What `corosync-qnetd-tool -s -v` and `-l -v` print on the arbiter. */
  arbiterView(): Record<'status' | 'clients', ToolOutput> {
    const { arbiter } = faults(onlyConnected, withStatus({}))(this.evidence());
    if (arbiter?.status?.kind !== 'known' || arbiter.reading.kind !== 'known') throw new Error('no arbiter here');
    return {
      status: told(printQnetdStatus(arbiter.status.value)),
      clients: told(printQnetdList(arbiter.reading.value)),
    };
  }

  /** The device is there once it runs everywhere; until then the cluster counts as it did before. */
  private evidence() {
    const voting = this.nodes.every((node) => node.runsDevice || this.down.has(node.id));
    const nodeCount = this.nodeCount;
    const down = [...this.down];
    return voting ? world({ nodeCount, down }) : world({ nodeCount, down, device: null, twoNode: nodeCount === 2 });
  }
}

const deviceOutput = (view: Extract<NodeView, { quorum: unknown }>): ToolOutput =>
  view.device.kind === 'known' ? told(printQdeviceStatus(view.device.value)) : DOWN;
