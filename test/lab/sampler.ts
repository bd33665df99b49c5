import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { LabCluster } from './lab.ts';
import type { LabHost } from './host.ts';
import type { NodeSamples } from './record.ts';
import { parseSample, SampleRecord } from './record.ts';
import { until } from './waiting.ts';

const UNIT = 'umpire-lab-sampler.service';
/** Shared with the hosts as /run/umpire-lab; the unit runs, also after a reboot, while it exists. */
const FLAG = 'sampling';

/**
 * Watches the quorum of all nodes of some clusters, about every 50 ms, from a unit on each node.
 * It goes on when corosync or the host is started again. One sampler at a time per cluster: a second takes the nodes over.
 */
export class Sampler {
  private readonly clusters: readonly LabCluster[];
  private readonly file = `samples-${process.pid}-${Math.round(performance.now() * 1000)}`;
  private startedAt: number | null = null;

  constructor(clusters: readonly LabCluster[]) {
    this.clusters = clusters;
  }

  /** Begins to watch; returns when every node with power has been looked at. */
  async start(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.startOn(node)));
    this.startedAt = Date.now();
  }

  /** What has been seen from the start until now; the watch goes on. */
  async record(): Promise<SampleRecord> {
    if (this.startedAt === null) throw new Error('the sampler was not started');
    const end = Date.now();
    const series = await Promise.all(
      this.clusters.flatMap(({ name, nodes }) => nodes.map((node) => this.read(name, node))),
    );
    return new SampleRecord(series, this.startedAt, end);
  }

  /** Ends the watch. */
  async stop(): Promise<SampleRecord> {
    const record = await this.record();
    await Promise.all(this.nodes.map((node) => this.stopOn(node)));
    this.startedAt = null;
    return record;
  }

  private get nodes(): LabHost[] {
    return this.clusters.flatMap(({ nodes }) => nodes);
  }

  private async startOn(node: LabHost): Promise<void> {
    const left = (await readdir(node.shared)).filter((name) => name.startsWith('samples-'));
    for (const file of left) await rm(join(node.shared, file)); // of a test that ended without stopping its sampler
    await writeFile(join(node.shared, FLAG), this.file);
    if ((await node.pid()) === null) return;
    await node.run(['systemctl', 'restart', UNIT]);
    await until(`${node.name} is watched`, async () => (await this.text(node)).includes('\n'), { everyMs: 20 });
  }

  private async stopOn(node: LabHost): Promise<void> {
    await rm(join(node.shared, FLAG), { force: true });
    if ((await node.pid()) !== null) await node.run(['systemctl', 'stop', UNIT]);
    await rm(join(node.shared, this.file), { force: true });
  }

  private async read(cluster: string, node: LabHost): Promise<NodeSamples> {
    const lines = (await this.text(node)).split('\n').filter(Boolean);
    return { cluster, node: node.name, samples: lines.map(parseSample).filter((sample) => sample !== null) };
  }

  private text(node: LabHost): Promise<string> {
    return readFile(join(node.shared, this.file), 'utf8').catch(() => '');
  }
}
