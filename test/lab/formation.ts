import type { LabHost } from './host.ts';
import { until } from './waiting.ts';

/** Waits until every node of a cluster sees all of them and is quorate. */
export async function untilFormed(nodes: readonly LabHost[], withinMs = 60_000): Promise<void> {
  const cluster = nodes[0]?.cluster ?? 'the cluster';
  for (const node of nodes) {
    await until(`${node.name} sees all ${nodes.length} nodes of ${cluster}`, () => isWhole(node, nodes.length), {
      withinMs,
      everyMs: 500,
    });
  }
}

/** Whether a node is quorate and sees `nodes` nodes, as corosync-quorumtool prints it. */
async function isWhole(node: LabHost, nodes: number): Promise<boolean> {
  const { stdout } = await node.run(['corosync-quorumtool', '-s'], { allowFailure: true });
  return new RegExp(`^Nodes:\\s+${nodes}$`, 'm').test(stdout) && /^Quorate:\s+Yes$/m.test(stdout);
}
