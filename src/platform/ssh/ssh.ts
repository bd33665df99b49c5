import type { ToolOutput } from '../../core/corosync/tools/tool.ts';
import type { HostAddress, HostKeyFingerprint, UserName } from '../../core/names.ts';
import type { Instant } from '../../core/time.ts';
import type { Secret } from '../crypto/secret.ts';
import type { Command } from './command.ts';
import type { OfferedHostKey } from './host-key.ts';
import type { Payload, Script } from './script.ts';
import type { CommandObserver } from './transcript.ts';

/** Where to log in, as whom, and the one host key that is confirmed: without it there is no target. */
export interface SshTarget {
  readonly address: HostAddress;
  readonly port: number;
  readonly user: UserName;
  /** In OpenSSH's or a PEM form, without a passphrase. */
  readonly privateKey: Secret;
  readonly hostKey: HostKeyFingerprint;
}

export interface DialOptions {
  /** For everything until the login is done: name, TCP, key exchange, authentication. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ConnectOptions extends DialOptions {
  readonly onCommand?: CommandObserver | undefined;
  /** Masked in what `onCommand` is told, beside the private key and the secrets of each command's own input. */
  readonly secrets?: readonly Secret[] | undefined;
}

export interface ScriptOptions {
  readonly timeoutMs: number;
  /** For both streams together; 1 MiB when not said. */
  readonly maxOutputBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly payload?: Payload | undefined;
}

export interface RunOptions extends Omit<ScriptOptions, 'payload'> {
  /** Everything the command reads; its input is empty when not said. The one way in for a secret. */
  readonly stdin?: string | Secret | undefined;
  /** Through `sudo -n` unless the login is root. */
  readonly asRoot?: boolean | undefined;
}

/** A command that came to its end by itself; whatever its exit code, it is the tool's parser that judges it. */
export interface FinishedCommand extends ToolOutput {
  readonly startedAt: Instant;
  readonly durationMs: number;
}

/**
 * A login on one host. Everything rejects with `SshFailure` only (or with what `onCommand` throws).
 *
 * After any failure but `ssh_command_refused` and `sudo_refused` the connection is ended, because what is still running
 * on it is unknown; other commands on it then fail as `ssh_connection_lost`.
 */
export interface SshConnection extends AsyncDisposable {
  readonly host: HostAddress;
  readonly isOpen: boolean;

  /**
   * Runs one program, for looking or for a single effect. At its deadline, or when the signal is given, we let go at
   * once; the host itself ends the program at the same deadline.
   * A program that a signal killed has the exit code 128 + signal, as in a shell.
   */
  run(command: Command, options: RunOptions): Promise<FinishedCommand>;

  /**
   * Runs a script as root, whole or not at all. At its deadline, when the signal is given or when the connection is
   * lost, the host ends it too (see `scriptInput`).
   */
  script(script: Script, args: readonly string[], options: ScriptOptions): Promise<FinishedCommand>;

  /** Says goodbye; never rejects, and is done within a second. */
  close(): Promise<void>;
}

/** The way to other hosts. */
export interface Ssh {
  /**
   * Logs in by public key, after the host has proved that it holds exactly the pinned key: before that no byte of
   * authentication is sent.
   * @throws SshFailure
   */
  connect(target: SshTarget, options: ConnectOptions): Promise<SshConnection>;

  /**
   * The key that the host offers, for a person to confirm. Hangs up before any authentication.
   * @throws SshFailure
   */
  readHostKey(address: HostAddress, port: number, options: DialOptions): Promise<OfferedHostKey>;
}

/** Injection token: `@Inject(SSH) ssh: Ssh`. */
export const SSH = Symbol('Ssh');
