import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UnexpectedAnswer, type Client, type JobView } from '../e2e/client.ts';
import { untilFormed } from '../lab/formation.ts';
import type { LabHost } from '../lab/host.ts';
import type { Lab } from '../lab/lab.ts';
import type { NodeSamples } from '../lab/record.ts';
import type { Sampler } from '../lab/sampler.ts';
import { PROJECT } from '../machine/build.ts';
import { RedisServer } from '../platform/queue/redis-server.ts';
import { partOf, subjectOf, type KindPlan } from './cell.ts';
import { DataDirectory } from './data-directory.ts';
import { FaultyService } from './faulty.ts';
import type { Base } from './base.ts';
import { KINDS, type JobKindRow, type Shape, type Stage } from './kinds.ts';
import { snapshotOf, type Snapshot } from './snapshot.ts';

/** After so many cells the sampler begins a new file: each look at its record reads all of it. */
const CELLS_PER_RECORD = 25;
/** The service takes a young qnetd for one that comes and goes for ten seconds, and for a minute where systemd had to start it. */
const SETTLES_MS = 75_000;

/** One cluster, or the arbiter, with a service of its own: cells run on it one after another. */
export class Lane {
  readonly shape: Shape;
  readonly name: string;
  /** What its cluster is now; null after a cell that left nobody knows what. */
  stage: Stage | null;
  readonly #lab: Lab;
  readonly #base: Base;
  readonly #data: DataDirectory;
  readonly #sampler: Sampler | null;
  readonly #expected = new Map<Stage, Snapshot>();
  #service: FaultyService | null = null;
  #redis: RedisServer | null = null;
  #cells = 0;

  private constructor(lab: Lab, base: Base, name: string, shape: Shape, data: DataDirectory) {
    this.#lab = lab;
    this.#base = base;
    this.name = name;
    this.shape = shape;
    this.#data = data;
    this.stage = shape.nodes === 0 ? 'fresh' : 'plain';
    this.#sampler = shape.nodes === 0 ? null : lab.sampler([name]);
  }

  /**
   * @param name of a cluster of the lab as it was made, or `arbiter`
   * @param base the service's data before any cell
   */
  static async open(lab: Lab, base: Base, name: string, shape: Shape): Promise<Lane> {
    const data = await DataDirectory.make();
    await data.become(base.data);
    const lane = new Lane(lab, base, name, shape, data);
    await lane.#sampler?.start();
    if (lane.stage) lane.#expected.set(lane.stage, await snapshotOf(lane.hosts));
    return lane;
  }

  async close(): Promise<void> {
    await this.#sampler?.stop();
    await this.#service?.process.stop();
    await this.#redis?.stop();
    await this.#data[Symbol.asyncDispose]();
  }

  get hosts(): LabHost[] {
    return this.shape.nodes === 0 ? [this.#lab.arbiter] : this.#lab.cluster(this.name).nodes;
  }

  /** The service, with a Redis for its queue or without; started when it is not running so. */
  async service({ redis = false } = {}): Promise<FaultyService> {
    const isSo = this.#service?.process.alive && (this.#redis !== null) === redis;
    if (this.#service && isSo) return this.#service;
    await this.#service?.process.stop();
    if (!redis) {
      await this.#redis?.stop();
      this.#redis = null;
    } else this.#redis ??= await RedisServer.start();
    this.#service = await FaultyService.start(this.#data.path, this.#redis ? { REDIS_URL: this.#redis.url } : {});
    return this.#service;
  }

  get redis(): RedisServer | null {
    return this.#redis;
  }

  get client(): Client {
    if (!this.#service) throw new Error('the service of this lane was not started');
    return this.#service.process.client;
  }

  get clusterId(): string | null {
    return this.#base.clusterIds.get(this.name) ?? null;
  }

  /** The body that asks for a job of this kind here. */
  jobOf({ kind, on, options }: JobKindRow): Record<string, unknown> {
    const target = on === 'arbiter' ? { arbiterId: this.#base.arbiterId } : { clusterId: this.clusterId };
    return { kind, ...target, options: options(this.shape) };
  }

  subjectOf(part: string): string {
    return subjectOf(part, this.name, this.#addresses);
  }

  hostOf(part: string): LabHost {
    if (part === 'arbiter') return this.#lab.arbiter;
    const host = this.hosts.find(({ address }) => address === this.subjectOf(part)) ?? this.hosts[0];
    if (!host) throw new Error(`no host of ${this.name} is ${part}`);
    return host;
  }

  get #addresses(): string[] {
    return this.shape.nodes === 0 ? [] : this.hosts.map(({ address }) => address);
  }

  /** What the service would do in a job of each kind; the kinds that it does not know are left out. */
  async plans(): Promise<KindPlan[]> {
    const plans: KindPlan[] = [];
    for (const row of KINDS.filter(({ on }) => (on === 'arbiter') === (this.shape.nodes === 0))) {
      if (!(await this.#knows(row))) continue;
      await this.bring(row.from);
      plans.push(await this.#planOf(row));
    }
    return plans;
  }

  async #knows(row: JobKindRow): Promise<boolean> {
    await this.service();
    const { status } = await this.client.ask('POST', '/v1/jobs', { ...this.jobOf(row), dryRun: true });
    return status !== 400;
  }

  async #planOf(row: JobKindRow): Promise<KindPlan> {
    const asked = { ...this.jobOf(row), dryRun: true };
    const { steps } = await this.client.post<{ steps: { name: string; subject: string; lasting: boolean }[] }>(
      '/v1/jobs',
      asked,
    );
    if (steps.length === 0) throw new Error(`the service plans no step of ${row.kind} on ${this.name}`);
    const rows = steps.map(({ name, subject, lasting }) => ({
      ...{ step: name, part: partOf(subject, this.name, this.#addresses), lasting },
    }));
    return { kind: row.kind, shape: this.shape.name, onCluster: row.on === 'cluster', rows };
  }

  /** What the hosts hold at a stage: as they were made, or as the first job without a fault left them. */
  async expected(stage: Stage): Promise<Snapshot> {
    const known = this.#expected.get(stage);
    if (known) return known;
    const back = this.stage;
    await this.bring(stage);
    const seen = await snapshotOf(this.hosts);
    this.#expected.set(stage, seen);
    if (back) await this.bring(back);
    return seen;
  }

  /** Brings the cluster to a stage: by the product where it can, and by fresh disks and the data from before otherwise. */
  async bring(stage: Stage): Promise<void> {
    if (this.stage === stage) return;
    const way = KINDS.find(({ from, to }) => from === this.stage && to === stage);
    if (way && (await this.#carry(way))) return;
    await this.#makeNew();
    if (this.stage !== stage) await this.bring(stage);
  }

  async #carry(row: JobKindRow): Promise<boolean> {
    await (await this.service({ redis: this.#redis !== null })).order({ kind: 'forget' });
    const job = await this.carried(row).catch((thrown: unknown) => {
      if (thrown instanceof UnexpectedAnswer && thrown.answer.status === 400) return null;
      throw thrown;
    });
    if (job !== null && job.state !== 'done')
      throw new Error(`${row.kind} of ${this.name} without a fault: ${told(job)}`);
    if (job !== null) this.stage = row.to;
    return job !== null;
  }

  private async carried(row: JobKindRow): Promise<JobView> {
    return this.client.jobEnd((await this.ask(row)).id);
  }

  /** Asks for a job of this kind. What the fault before has left may take a moment to settle, and is refused until then, rightly. */
  async ask(row: JobKindRow): Promise<JobView> {
    const until = Date.now() + SETTLES_MS;
    for (;;) {
      const answer = await this.client.ask('POST', '/v1/jobs', this.jobOf(row));
      if (answer.status === 202) return answer.body as unknown as JobView;
      if (answer.status !== 409 || Date.now() > until) throw new UnexpectedAnswer('POST', '/v1/jobs', answer);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /**
   * What an offboarding had to leave on a node that was away is taken by another one, as its warning says.
   * @returns why something is left all the same; null where nothing is
   */
  async clearLeftovers(row: JobKindRow): Promise<string | null> {
    if (this.clusterId === null) return null;
    if ((await this.#left()) === 0) return null;
    const { state, finding } = await this.carried(row);
    return (await this.#left()) === 0 ? null : `leftovers are still there: ${state} ${finding?.message ?? ''}`;
  }

  async #left(): Promise<number> {
    const { nodes } = await this.client.get<{ nodes: { leftovers: unknown }[] }>(`/v1/clusters/${this.clusterId}`);
    return nodes.filter(({ leftovers }) => leftovers !== null && leftovers !== undefined).length;
  }

  /** Fresh disks for its hosts, and a service that knows nothing of what was. */
  async #makeNew(): Promise<void> {
    await this.#service?.process.kill();
    this.#service = null;
    await this.#redis?.stop();
    this.#redis = null;
    // qnetd hears a goodbye: of nodes that lose their power it keeps the name for seconds, and no other may have it.
    await Promise.all(
      this.hosts.map(async (host) => {
        if ((await host.pid()) !== null) await host.run('systemctl stop corosync-qdevice', { allowFailure: true });
      }),
    );
    await this.#lab.reset(this.name);
    if (this.shape.nodes > 0) await untilFormed(this.hosts);
    // The data is that of an earlier day, whose fencing numbers the arbiter would refuse, and rightly.
    if (this.clusterId !== null)
      await this.#lab.arbiter.run(['rm', '-f', `/run/umpire/cluster-${this.clusterId}.fence`]);
    await this.#data.become(this.#base.data);
    await this.service();
    this.stage = this.shape.nodes === 0 ? 'fresh' : 'plain';
  }

  /** What the sampler has seen of each node since then. */
  async seen(): Promise<NodeSamples[]> {
    if (!this.#sampler) return [];
    const record = await this.#sampler.record();
    return record.nodes.map((node) => ({ cluster: this.name, node, samples: record.samples(node) }));
  }

  /** Keeps what the service has logged, beside the results. */
  async keepLog(title: string): Promise<void> {
    const directory = join(PROJECT, 'test-results', 'faults');
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, `${title.replaceAll('/', ' ')}.log`), this.#service?.process.log ?? '');
  }

  /** To be called before each cell. */
  async beginCell(): Promise<void> {
    this.#cells += 1;
    if (this.#cells % CELLS_PER_RECORD !== 0) return;
    await this.#sampler?.stop();
    await this.#sampler?.start();
  }
}

const told = ({ state, finding }: JobView): string => `${state} ${finding?.message ?? ''}`;
