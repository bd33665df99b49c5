/** What the processes of the benchmark tell each other. */

/** One agent, as it was seeded: the `node`-th of the `cluster`-th cluster. */
export interface AgentSeed {
  readonly cluster: number;
  readonly node: number;
  readonly nodeId: string;
  readonly clusterId: string;
  readonly token: string;
}

/** Where the simulated hosts are reached: all of them behind one SSH server, each under its own address. */
export interface HostsPlace {
  readonly port: number;
  readonly hostKeyFingerprint: string;
}

export type GeneratorOrder =
  | { readonly kind: 'begin'; readonly url: string; readonly agentsFile: string }
  /** From now on latencies and processor time count. */
  | { readonly kind: 'measure' }
  | { readonly kind: 'end' };

export type GeneratorReport =
  ({ readonly kind: 'hosts' } & HostsPlace) | { readonly kind: 'measuring' } | ({ readonly kind: 'ended' } & Generated);

export interface Generated {
  /** Since the beginning, the time before the measurement included: on record must be all of them. */
  readonly sent: number;
  readonly acknowledged: number;
  readonly failures: Readonly<Record<string, number>>;
  /** The number of each agent's last acknowledged report. */
  readonly sequences: Readonly<Record<string, number>>;
  /** Of those since `measure`: from the moment at which a report was due to its answer. */
  readonly pushMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly measured: number;
  readonly looks: { readonly arbiter: number; readonly node: number };
  readonly cpuMs: number;
}

export type ServiceOrder =
  | { readonly kind: 'measure'; readonly profile: boolean }
  | { readonly kind: 'sample' }
  | { readonly kind: 'end'; readonly profileFile: string | null };

export interface ServiceReport {
  readonly kind: 'sample';
  readonly rssMb: number;
  readonly heapMb: number;
  readonly cpuMs: number;
  /** Of the event loop, since `measure`, in milliseconds; a timer of 10 ms measures it, as for `nodejs_eventloop_lag_seconds`. */
  readonly lag: { readonly p50: number; readonly p99: number; readonly max: number };
  /** The main thread's own time between two turns of a timer of 10 ms: what it holds others up, whoever else is on the machine. */
  readonly ownLag: { readonly p50: number; readonly p99: number; readonly max: number };
  /** With `--profile`: which statements of SQLite took longest together. */
  readonly statements: readonly { readonly sql: string; readonly ms: number; readonly count: number }[];
}
