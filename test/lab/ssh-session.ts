import type { Output } from './command.ts';
import { command } from './command.ts';
import type { Lab } from './lab.ts';

/** One SSH command and what it did. */
export interface RecordedCall extends Output {
  host: string;
  line: string;
  ms: number;
}

/** Administrators' SSH from the controller to hosts of the lab, over one shared connection per host (ControlMaster), with a record. */
export class SshSession {
  readonly calls: RecordedCall[] = [];
  private readonly lab: Lab;
  private readonly opened: string[] = [];

  constructor(lab: Lab) {
    this.lab = lab;
  }

  /** Opens the shared connections, all at once. */
  async open(hosts: readonly string[]): Promise<void> {
    await Promise.all(
      hosts.map(async (host) => {
        // -f returns when the connection stands; its own output streams would keep ours open.
        await command(this.ssh(['-o', 'ControlMaster=yes', '-o', 'LogLevel=QUIET', '-f', '-N', host]));
        this.opened.push(host);
      }),
    );
  }

  /** Runs a line in a shell of root on a host, and returns what it printed. */
  async run(host: string, line: string, input?: string | Uint8Array): Promise<string> {
    const { call, stdout } = await this.call(host, line, input);
    this.calls.push({ ...call, stdout });
    return stdout;
  }

  /**
   * Carries a file from one host to others; bytes stay bytes by way of base64.
   * The record has no content of it: a p12 file holds a private key.
   */
  async carry(from: string, file: string, to: readonly string[], target: string): Promise<void> {
    const { call, stdout } = await this.call(from, `base64 ${file}`);
    const content = Buffer.from(stdout, 'base64');
    this.calls.push({ ...call, stdout: `(${content.length} bytes)` });
    await Promise.all(to.map((host) => this.run(host, `umask 077; cat >${target}`, content)));
  }

  /** Closes the shared connections. */
  async close(): Promise<void> {
    await Promise.all(
      this.opened.splice(0).map((host) => command(this.ssh(['-O', 'exit', host]), { allowFailure: true })),
    );
  }

  private async call(
    host: string,
    line: string,
    input?: string | Uint8Array,
  ): Promise<{ call: Omit<RecordedCall, 'stdout'>; stdout: string }> {
    const begin = performance.now();
    const argv = this.ssh(['-o', 'ControlMaster=no', host, line]);
    const { stdout, ...output } = await command(argv, input === undefined ? {} : { input });
    return { call: { host, line, ...output, ms: Math.round(performance.now() - begin) }, stdout };
  }

  private ssh(args: readonly string[]): string[] {
    return this.lab.network.inController(['ssh', '-F', this.lab.paths.sshConfig, ...args]);
  }
}
