import { error, type Finding } from '../core/finding.ts';
import { readSections, type Sections } from '../core/facts/sections.ts';
import { randomNonceText } from '../platform/crypto/random.ts';
import type { HostConnections } from '../platform/ssh/host-connections.ts';
import type { FinishedCommand } from '../platform/ssh/ssh.ts';
import type { Payload, Script } from '../platform/ssh/script.ts';

/** A host, or the script on it, that says no: the finding says why. */
export class HostRefusal extends Error {
  readonly finding: Finding;
  constructor(finding: Finding) {
    super(`${finding.subject}: ${finding.code}`);
    this.finding = finding;
  }
}

/** The right to change a host, as every changing script shows it. */
export interface Permit {
  /** The lease's subject in a form that may name a file: `cluster-<id>` or `arbiter-<id>`. */
  readonly subject: string;
  readonly fence: number;
  /** Asserts, just before a change, that it still may be made. Throws where the lease is lost or all work is frozen. */
  demand(): Promise<void>;
}

export interface ChangeOptions {
  readonly args?: readonly string[];
  readonly payload?: Payload;
  readonly timeoutMs?: number;
}

const CHANGE_MS = 45_000;
const LOOK_MS = 15_000;
/** What our own scripts exit with after a line `umpire: code: sentence`. */
const REFUSED = 70;
const REFUSAL = /^umpire: ([a-z_]+): (.{1,300})$/m;

/** One host as a job sees it: looked at freely, changed only with the job's permit. */
export class HostSession {
  private readonly hostId: string;
  private readonly subject: string;
  private readonly connections: HostConnections<string>;
  private readonly permit: Permit | null;
  private readonly signal: AbortSignal;

  constructor(
    hostId: string,
    subject: string,
    connections: HostConnections<string>,
    permit: Permit | null,
    signal: AbortSignal,
  ) {
    this.hostId = hostId;
    this.subject = subject;
    this.connections = connections;
    this.permit = permit;
    this.signal = signal;
  }

  /** Logs in, unless that is done already. @throws SshFailure, HostRefusal */
  async open(): Promise<void> {
    await this.connections.to(this.hostId);
  }

  /**
   * Runs a looking script and returns its sections. One that did not come to its end tells nothing: what is missing from
   * it could be what speaks against a change.
   * @throws SshFailure, HostRefusal
   */
  async look(script: Script, timeoutMs = LOOK_MS): Promise<Sections> {
    const nonce = randomNonceText();
    const connection = await this.connections.to(this.hostId);
    const finished = await connection.script(script, [nonce], { timeoutMs, signal: this.signal });
    return readSections(this.outputOf(finished, script), nonce);
  }

  /** Waits on the host for something to become true; changes nothing. @throws SshFailure, HostRefusal */
  async wait(script: Script, args: readonly string[], timeoutMs: number): Promise<string> {
    const connection = await this.connections.to(this.hostId);
    return this.outputOf(await connection.script(script, args, { timeoutMs, signal: this.signal }), script);
  }

  /**
   * Runs a changing script under the job's permit and returns what it printed.
   * @throws SshFailure when the connection or a deadline failed, HostRefusal when the script refused, and what the
   * permit throws: then nothing was sent
   */
  async change(
    script: Script,
    { args = [], payload = {}, timeoutMs = CHANGE_MS }: ChangeOptions = {},
  ): Promise<string> {
    if (!this.permit) throw new Error(`no permit to change ${this.subject}`);
    const connection = await this.connections.to(this.hostId);
    // Asked last: a login may take seconds.
    await this.permit.demand();
    const permitted = [this.permit.subject, String(this.permit.fence), ...args];
    return this.outputOf(
      await connection.script(script, permitted, { timeoutMs, payload, signal: this.signal }),
      script,
    );
  }

  private outputOf(finished: FinishedCommand, script: Script): string {
    if (finished.exitCode === 0) return finished.stdout;
    throw new HostRefusal(refusalOf(finished, this.subject) ?? this.unforeseen(finished, script));
  }

  private unforeseen({ exitCode, stderr }: FinishedCommand, script: Script): Finding {
    const lastLine = stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
    return error('command_failed', this.subject, `${script.name} ended with exit code ${exitCode}: ${lastLine}`, {
      script: script.name,
      exitCode,
    });
  }
}

const refusalOf = ({ exitCode, stderr }: FinishedCommand, subject: string): Finding | null => {
  const match = exitCode === REFUSED ? REFUSAL.exec(stderr) : null;
  return match?.[1] && match[2] ? error(match[1], subject, `${subject}: ${match[2]}.`) : null;
};
