import { mkdir, rm } from 'node:fs/promises';

import { command } from './command.ts';
import { untilFormed } from './formation.ts';
import { LabHost } from './host.ts';
import { makeLayers } from './layers.ts';
import { claimMachine, labObstacle } from './machine.ts';
import { Network } from './network.ts';
import { defaultLabName, LabPaths } from './paths.ts';
import type { ArbiterKind, ClusterSpec, PlannedCluster, PlannedHost } from './plan.ts';
import {
  arbiterHost,
  CONTROLLER_ADDRESS,
  DEFAULT_CLUSTERS,
  hostsOf,
  layersOf,
  parseClusterSpec,
  placeClusters,
} from './plan.ts';
import { Power } from './power.ts';
import type { Progress } from './progress.ts';
import { silentProgress } from './progress.ts';
import { startRepository } from './repository.ts';
import { Sampler } from './sampler.ts';
import { emptyHost, fingerprintOf, makeLabKey, seedCluster, seedHost, seedPve } from './seed.ts';
import { writeSshFiles } from './ssh-files.ts';
import type { LabState } from './state.ts';
import { allHosts, readState, writeState } from './state.ts';
import { tearDown } from './teardown.ts';
import { eachOf } from './waiting.ts';

export { labObstacle } from './machine.ts';
export { DEFAULT_CLUSTERS } from './plan.ts';

/** More at once only wait for each other: a booting host keeps half a core busy. */
const HOSTS_AT_ONCE = 4;

export interface LabOptions {
  /** Defaults to UMPIRE_LAB, or "lab". */
  name?: string;
  /** Such as `duo:2` or `pve:2:pve:bare`. Default: duo:2, quad:4, trio:3, pve:2:pve. */
  clusters?: readonly (string | ClusterSpec)[];
  arbiter?: ArbiterKind;
  progress?: Progress;
}

/** A cluster of the lab. */
export interface LabCluster {
  name: string;
  pve: boolean;
  nodes: LabHost[];
}

/** A lab that is up: real hosts on a network of their own. */
export class Lab {
  readonly paths: LabPaths;
  readonly network: Network;
  private readonly power: Power;
  private readonly progress: Progress;
  private state: LabState;
  private hosts = new Map<string, LabHost>();

  private constructor(paths: LabPaths, state: LabState, progress: Progress) {
    this.paths = paths;
    this.network = new Network(paths);
    this.power = new Power(paths, this.network);
    this.state = state;
    this.progress = progress;
  }

  /**
   * Brings a lab up and returns when all of its clusters have formed. What a failure leaves is taken down again.
   * @throws Error where the machine cannot run a lab, or one of this name is there already
   */
  static async up(options: LabOptions = {}): Promise<Lab> {
    const obstacle = labObstacle();
    if (obstacle !== null) throw new Error(obstacle);
    const paths = new LabPaths(options.name ?? defaultLabName());
    const specs = (options.clusters ?? DEFAULT_CLUSTERS).map(asSpec);
    const state: LabState = { arbiter: options.arbiter ?? 'fresh', clusters: placeClusters(specs) };
    const lab = new Lab(paths, state, options.progress ?? silentProgress);
    await claimMachine(paths);
    try {
      await lab.build();
    } catch (failure) {
      await lab.down();
      throw failure;
    }
    return lab;
  }

  /** The lab of this name that is up already. */
  static async attach(name = defaultLabName()): Promise<Lab> {
    const paths = new LabPaths(name);
    const lab = new Lab(paths, readState(paths), silentProgress);
    await lab.makeHosts();
    return lab;
  }

  /** Takes a lab away, complete or not; does nothing where there is none. */
  static async down(name = defaultLabName(), progress: Progress = silentProgress): Promise<void> {
    const paths = new LabPaths(name);
    await tearDown(paths, new Network(paths), progress);
  }

  /** Takes the lab away without a trace. */
  down(): Promise<void> {
    return Lab.down(this.paths.lab, this.progress);
  }

  /** @throws Error where there is no such host */
  host(name: string): LabHost {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`there is no host ${name}; there are ${[...this.hosts.keys()].join(', ')}`);
    return host;
  }

  get arbiter(): LabHost {
    return this.host('arbiter');
  }

  /** @throws Error where there is no such cluster */
  cluster(name: string): LabCluster {
    const cluster = this.planned(name);
    return { name, pve: cluster.pve, nodes: hostsOf(cluster).map((host) => this.host(host.name)) };
  }

  get clusters(): LabCluster[] {
    return this.state.clusters.map(({ name }) => this.cluster(name));
  }

  /** All hosts, the arbiter first. */
  get allHosts(): LabHost[] {
    return [...this.hosts.values()];
  }

  /** The file of the SSH key that opens every host for root, umpire (a sudoer) and nosudo. */
  get privateKey(): string {
    return this.paths.privateKey;
  }

  /** Separates two groups of hosts; `controller` is the machine from which the product works. */
  async partition(one: readonly string[], other: readonly string[]): Promise<void> {
    await this.network.separate(
      one.map((name) => this.address(name)),
      other.map((name) => this.address(name)),
    );
  }

  /** Ends what `partition` did to the same two groups, and nothing else. */
  async rejoin(one: readonly string[], other: readonly string[]): Promise<void> {
    await this.network.rejoin(
      one.map((name) => this.address(name)),
      other.map((name) => this.address(name)),
    );
  }

  /** Lets all packets from and to a host vanish; its plug stays in. */
  async blackHole(name: string): Promise<void> {
    await this.network.swallow(this.address(name));
  }

  /** Lets a host answer TCP to one of its ports with a reset. */
  async refuse(name: string, port: number): Promise<void> {
    await this.network.refuse(name, port);
  }

  /** Undoes every cut, partition, black hole and refusal; with names, the cuts and refusals of those hosts only. */
  async heal(names?: readonly string[]): Promise<void> {
    if (names === undefined) await this.network.flush();
    for (const [port] of await this.network.ports()) {
      if (names !== undefined && !names.includes(port)) continue;
      await this.network.setPort(port, 'up');
      if (this.hosts.has(port)) await this.network.acceptAll(port);
    }
  }

  /** Something that watches the quorum of all nodes of these clusters, or of every cluster. */
  sampler(clusterNames = this.state.clusters.map(({ name }) => name)): Sampler {
    return new Sampler(clusterNames.map((name) => this.cluster(name)));
  }

  /** Gives the arbiter, or all nodes of a cluster, a fresh disk, and boots them again. */
  async reset(name: string): Promise<void> {
    const cluster = name === 'arbiter' ? undefined : this.planned(name);
    const planned = cluster === undefined ? [arbiterHost()] : hostsOf(cluster);
    await eachOf(planned, HOSTS_AT_ONCE, (host) => this.host(host.name).powerOff());
    if (cluster?.pve) await seedPve(this.paths, cluster);
    for (const host of planned) await emptyHost(this.paths, host);
    await this.boot(planned);
    if (cluster !== undefined) await untilFormed(this.cluster(name).nodes);
  }

  /** Adds a cluster to the running lab and waits until it has formed. */
  async addCluster(spec: string | ClusterSpec): Promise<LabCluster> {
    const [cluster] = placeClusters([asSpec(spec)], this.state.clusters);
    if (cluster === undefined) throw new Error('no cluster given');
    this.state = { ...this.state, clusters: [...this.state.clusters, cluster] };
    await this.prepare([cluster], hostsOf(cluster));
    await this.boot(hostsOf(cluster));
    await untilFormed(this.cluster(cluster.name).nodes);
    await writeState(this.paths, this.state);
    return this.cluster(cluster.name);
  }

  /** Cuts the power of a cluster's nodes and forgets them. */
  async removeCluster(name: string): Promise<void> {
    const planned = hostsOf(this.planned(name));
    await eachOf(planned, HOSTS_AT_ONCE, (host) => this.host(host.name).powerOff());
    for (const host of planned) await rm(this.paths.host(host.name), { recursive: true });
    this.state = { ...this.state, clusters: this.state.clusters.filter((cluster) => cluster.name !== name) };
    await writeState(this.paths, this.state);
    await this.makeHosts();
    await writeSshFiles(this.paths, allHosts(this.state));
  }

  private async build(): Promise<void> {
    await command(['mount', '-t', 'tmpfs', '-o', 'mode=755', `umpire-lab-${this.paths.lab}`, this.paths.run]);
    await mkdir(this.paths.cgroupMount);
    await command(['mount', '-t', 'cgroup2', 'cgroup2', this.paths.cgroupMount]);
    await mkdir(this.paths.cgroup);
    await this.network.create();
    await makeLabKey(this.paths);
    await startRepository(this.paths, this.network);
    const hosts = allHosts(this.state);
    await this.prepare(this.state.clusters, hosts);
    this.progress(`${hosts.length} hosts prepared`);
    await this.boot(hosts);
    this.progress(`${hosts.length} hosts booted`);
    await Promise.all(this.clusters.map(({ nodes }) => untilFormed(nodes)));
    this.progress(`clusters formed: ${this.clusters.map(({ name }) => name).join(', ')}`);
    await writeState(this.paths, this.state);
  }

  private async prepare(clusters: readonly PlannedCluster[], hosts: readonly PlannedHost[]): Promise<void> {
    for (const host of hosts) await makeLayers(this.paths, this.layers(host));
    for (const cluster of clusters) await seedCluster(this.paths, cluster);
    await eachOf(hosts, HOSTS_AT_ONCE, (host) => seedHost(this.paths, host));
    await this.makeHosts();
    await writeSshFiles(this.paths, allHosts(this.state));
  }

  private async makeHosts(): Promise<void> {
    const hosts = new Map<string, LabHost>();
    for (const host of allHosts(this.state)) {
      const fingerprint = await fingerprintOf(this.paths, host.name);
      const { paths, network, power } = this;
      hosts.set(host.name, new LabHost(host, { paths, network, power, layers: this.layers(host), fingerprint }));
    }
    this.hosts = hosts;
  }

  private async boot(hosts: readonly PlannedHost[]): Promise<void> {
    await eachOf(hosts, HOSTS_AT_ONCE, (host) => this.host(host.name).powerOn());
  }

  private layers(host: PlannedHost): string[] {
    return layersOf(host, this.state.arbiter);
  }

  private planned(name: string): PlannedCluster {
    const cluster = this.state.clusters.find((candidate) => candidate.name === name);
    if (cluster === undefined) throw new Error(`there is no cluster ${name}`);
    return cluster;
  }

  private address(name: string): string {
    return name === 'controller' ? CONTROLLER_ADDRESS : this.host(name).address;
  }
}

function asSpec(spec: string | ClusterSpec): ClusterSpec {
  return typeof spec === 'string' ? parseClusterSpec(spec) : spec;
}
