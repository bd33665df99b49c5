import type { Counter, Gauge, Histogram } from 'prom-client';
import type { HostAddress } from '../../core/names.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Command } from './command.ts';
import type { OfferedHostKey } from './host-key.ts';
import type { Script } from './script.ts';
import { SshFailure } from './ssh-failure.ts';
import type {
  ConnectOptions,
  DialOptions,
  FinishedCommand,
  RunOptions,
  ScriptOptions,
  Ssh,
  SshConnection,
  SshTarget,
} from './ssh.ts';

/** Seconds. A look takes tenths of a second, an installation minutes; a black hole ends at its deadline of ten seconds. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600];

/** How work over SSH ended: `ok`, or the code of its failure. */
const outcomeOf = (thrown: unknown): string => (thrown instanceof SshFailure ? thrown.code : 'error');

interface Figures {
  readonly open: Gauge;
  readonly logins: Histogram<'outcome'>;
  readonly scripts: Histogram<'script' | 'outcome'>;
  readonly failures: Counter<'code'>;
}

/** Counts and times all work over SSH. No label names a host: there are thousands. */
export class MeasuredSsh implements Ssh {
  readonly #ssh: Ssh;
  readonly #figures: Figures;

  constructor(ssh: Ssh, metrics: Metrics) {
    this.#ssh = ssh;
    this.#figures = {
      open: metrics.gauge({ name: 'umpire_ssh_connections', help: 'SSH connections that are open.' }),
      logins: metrics.histogram({
        name: 'umpire_ssh_login_duration_seconds',
        help: 'How long SSH logins took.',
        labelNames: ['outcome'],
        buckets: BUCKETS,
      }),
      scripts: metrics.histogram({
        name: 'umpire_ssh_script_duration_seconds',
        help: 'How long scripts took on hosts.',
        labelNames: ['script', 'outcome'],
        buckets: BUCKETS,
      }),
      failures: metrics.counter({
        name: 'umpire_ssh_failures_total',
        help: 'Work over SSH that failed, by the code of the failure.',
        labelNames: ['code'],
      }),
    };
  }

  async connect(target: SshTarget, options: ConnectOptions): Promise<SshConnection> {
    const { logins } = this.#figures;
    const connection = await this.#timed(
      (outcome, seconds) => logins.observe({ outcome }, seconds),
      () => this.#ssh.connect(target, options),
    );
    return new MeasuredConnection(connection, this.#figures.open, (script, work) =>
      this.#timed((outcome, seconds) => this.#figures.scripts.observe({ script, outcome }, seconds), work),
    );
  }

  readHostKey(address: HostAddress, port: number, options: DialOptions): Promise<OfferedHostKey> {
    return this.#ssh.readHostKey(address, port, options);
  }

  async #timed<T>(observe: (outcome: string, seconds: number) => void, work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    const tell = (outcome: string): void => observe(outcome, (performance.now() - begun) / 1_000);
    try {
      const result = await work();
      tell('ok');
      return result;
    } catch (thrown) {
      const outcome = outcomeOf(thrown);
      tell(outcome);
      this.#figures.failures.inc({ code: outcome });
      throw thrown;
    }
  }
}

type Timed = <T>(script: string, work: () => Promise<T>) => Promise<T>;

/** A connection that is counted until it is closed, or until somebody notices that it was lost. */
class MeasuredConnection implements SshConnection {
  readonly host: HostAddress;
  readonly #connection: SshConnection;
  readonly #open: Gauge;
  readonly #timed: Timed;
  #isCounted = true;

  constructor(connection: SshConnection, open: Gauge, timed: Timed) {
    this.host = connection.host;
    this.#connection = connection;
    this.#open = open;
    this.#timed = timed;
    open.inc();
  }

  get isOpen(): boolean {
    const { isOpen } = this.#connection;
    if (!isOpen) this.#discount();
    return isOpen;
  }

  async run(command: Command, options: RunOptions): Promise<FinishedCommand> {
    return this.#noting(this.#timed('command', () => this.#connection.run(command, options)));
  }

  async script(script: Script, args: readonly string[], options: ScriptOptions): Promise<FinishedCommand> {
    return this.#noting(this.#timed(script.name, () => this.#connection.script(script, args, options)));
  }

  async close(): Promise<void> {
    await this.#connection.close();
    this.#discount();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A failure may have ended the connection. */
  async #noting<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      if (!this.#connection.isOpen) this.#discount();
    }
  }

  #discount(): void {
    if (this.#isCounted) this.#open.dec();
    this.#isCounted = false;
  }
}
