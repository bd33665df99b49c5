import type { Client } from 'ssh2';
import type { HostAddress, UserName } from '../../core/names.ts';
import type { Clock } from '../../core/time.ts';
import type { Secret } from '../crypto/secret.ts';
import { CapturedOutput } from './captured-output.ts';
import { commandLine, shown, type Command } from './command.ts';
import { within, type Limits } from './deadline.ts';
import { exchange } from './exchange.ts';
import { excerpt, quoted, visible } from './quoting.ts';
import { scriptCommand, scriptInput, type Script } from './script.ts';
import { SshFailure } from './ssh-failure.ts';
import type { FinishedCommand, RunOptions, ScriptOptions, SshConnection } from './ssh.ts';
import { refusedBySudo } from './sudo.ts';
import { masked, type CommandObserver } from './transcript.ts';

const DEFAULT_MAX_OUTPUT_BYTES = 1024 * 1024;
const GOODBYE_MS = 900;

interface Surroundings {
  readonly clock: Clock;
  readonly onCommand: CommandObserver | undefined;
  readonly secrets: readonly Secret[];
}

/** One piece of work on the host, whether program or script. */
interface Order {
  readonly command: Command;
  readonly shown: string;
  readonly scriptSha256?: string;
  readonly asRoot: boolean;
  readonly stdin: string;
  readonly endsInput: boolean;
  readonly secrets: readonly Secret[];
  readonly limits: Limits;
  readonly maxOutputBytes: number;
}

/** A login held by an ssh2 client that is past its handshake. */
export class Ssh2Connection implements SshConnection {
  readonly host: HostAddress;
  readonly #user: UserName;
  readonly #client: Client;
  readonly #surroundings: Surroundings;
  readonly #closed: Promise<void>;
  #isOpen = true;

  constructor(client: Client, login: { address: HostAddress; user: UserName }, surroundings: Surroundings) {
    this.host = login.address;
    this.#user = login.user;
    this.#client = client;
    this.#surroundings = surroundings;
    client.on('error', () => this.#hangUp());
    this.#closed = new Promise((resolve) => {
      client.once('close', () => {
        this.#isOpen = false;
        resolve();
      });
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async run(command: Command, options: RunOptions): Promise<FinishedCommand> {
    const { stdin = '' } = options;
    return this.#execute({
      command,
      shown: shown(command),
      asRoot: options.asRoot ?? false,
      stdin: typeof stdin === 'string' ? stdin : stdin.reveal(),
      endsInput: true,
      secrets: typeof stdin === 'string' ? [] : [stdin],
      limits: options,
      maxOutputBytes: options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES,
    });
  }

  async script(script: Script, args: readonly string[], options: ScriptOptions): Promise<FinishedCommand> {
    const { payload = {} } = options;
    return this.#execute({
      command: scriptCommand(args),
      shown: visible([script.name, ...args].map(quoted).join(' ')),
      scriptSha256: script.sha256,
      asRoot: true,
      stdin: scriptInput(script, payload),
      endsInput: false,
      secrets: Object.values(payload).filter((value) => typeof value !== 'string'),
      limits: options,
      maxOutputBytes: options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES,
    });
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#client.end();
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, GOODBYE_MS);
    await Promise.race([this.#closed, patience.promise]);
    clearTimeout(timer);
    this.#hangUp();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #execute(order: Order): Promise<FinishedCommand> {
    const output = new CapturedOutput(order.maxOutputBytes);
    const startedAt = this.#surroundings.clock.now();
    const begun = performance.now();
    const end = await this.#carryOut(order, output).catch((failure: SshFailure) => failure);
    const durationMs = Math.round(performance.now() - begun);
    const finished = { stdout: output.stdout, stderr: output.stderr, startedAt, durationMs };
    await this.#record(order, finished, end);
    if (end instanceof SshFailure) throw end;
    return { exitCode: end, ...finished };
  }

  /** The command's exit code; every rejection is an SshFailure. */
  async #carryOut(order: Order, output: CapturedOutput): Promise<number> {
    const { host } = this;
    const sudo = order.asRoot && this.#user !== 'root';
    const line = commandLine(order.command, { timeoutMs: order.limits.timeoutMs, sudo });
    const endings = {
      timedOut: () => new SshFailure('ssh_command_timeout', host, { timeoutMs: order.limits.timeoutMs }),
      aborted: () => new SshFailure('ssh_aborted', host),
    };
    if (!this.#isOpen) throw new SshFailure('ssh_connection_lost', host);
    try {
      const exitCode = await within(order.limits, endings, () =>
        exchange(this.#client, { host, line, ...order }, output),
      );
      // What was cut off with the connection may look like an end.
      if (!this.#isOpen) throw new SshFailure('ssh_connection_lost', host);
      if (sudo && refusedBySudo(exitCode, output.stderr)) throw sudoRefused(host, output.stderr);
      return exitCode;
    } catch (cause) {
      const reason = cause instanceof Error ? excerpt(cause.message) : '';
      throw this.#giveUp(cause instanceof SshFailure ? cause : new SshFailure('ssh_connection_lost', host, { reason }));
    }
  }

  /** After anything but a clear refusal it is unknown what still runs there: the connection is worth nothing. */
  #giveUp(failure: SshFailure): SshFailure {
    const { host } = this;
    if (failure.code === 'sudo_refused') return failure;
    if (failure.code === 'ssh_command_refused') {
      return this.#isOpen ? failure : new SshFailure('ssh_connection_lost', host);
    }
    this.#hangUp();
    return failure;
  }

  async #record(order: Order, finished: Omit<FinishedCommand, 'exitCode'>, end: number | SshFailure): Promise<void> {
    const { onCommand, secrets } = this.#surroundings;
    const hide = (text: string): string => masked(text, [...secrets, ...order.secrets]);
    await onCommand?.({
      host: this.host,
      shown: hide(order.shown),
      ...(order.scriptSha256 === undefined ? {} : { scriptSha256: order.scriptSha256 }),
      asRoot: order.asRoot,
      exitCode: typeof end === 'number' ? end : null,
      stdout: hide(finished.stdout),
      stderr: hide(finished.stderr),
      startedAt: finished.startedAt,
      durationMs: finished.durationMs,
      ...(typeof end === 'number' ? {} : { failure: end.code }),
    });
  }

  /** At once, without a word: the socket is closed and sshd lets go of what it ran for us. */
  #hangUp(): void {
    this.#isOpen = false;
    this.#client.destroy();
  }
}

const sudoRefused = (host: HostAddress, stderr: string): SshFailure =>
  new SshFailure('sudo_refused', host, { reason: excerpt(stderr) });
