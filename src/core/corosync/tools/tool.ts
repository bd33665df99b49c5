import type { Finding } from '../../finding.ts';

/** What a finished command left behind. */
export interface ToolOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The exit code of a command that was killed, as the watchdog and `timeout -s KILL` do to one that hangs. */
const KILLED = 137;

/** A tool waits for its daemon's answer without a bound: one that had to be killed tells of a daemon that hangs. */
export const wasKilled = ({ exitCode }: Pick<ToolOutput, 'exitCode'>): boolean => exitCode === KILLED;

/**
 * What a tool's output tells, strictly read:
 * - `known`: every line was understood;
 * - `down`: the tool itself says that the daemon it asks is not there, which is a fact too;
 * - `unknown`: anything else. Never a guess: one line that does not parse makes the whole output unknown.
 */
export type ToolReading<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'down'; readonly finding: Finding }
  | { readonly kind: 'unknown'; readonly finding: Finding };

/** A command as its argument vector, with the parser that understands what it prints. */
export interface Tool<T> {
  readonly command: readonly string[];
  /** @param subject whom the finding should name, for example the node's address */
  parse(output: ToolOutput, subject: string): ToolReading<T>;
}

/** Corosync's ring id: the node id of the representative and a sequence number, as printed (both hexadecimal, or both decimal up to corosync 3.0.2). */
export interface RingId {
  readonly representative: number;
  /** Kept as normalised lower-case hexadecimal text: the sequence is 64 bits wide. */
  readonly sequence: string;
}
