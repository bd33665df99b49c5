import type { HostAddress } from '../../core/names.ts';
import type { Instant } from '../../core/time.ts';
import type { Secret } from '../crypto/secret.ts';
import type { SshFailureCode } from './ssh-failure.ts';

/** One command as the transcript keeps it. Outputs are masked of the secrets that the connection knows. */
export interface CommandRecord {
  readonly host: HostAddress;
  /** The command as `shown` prints it; for a script its name and arguments. */
  readonly shown: string;
  readonly asRoot: boolean;
  readonly scriptSha256?: string;
  /** Null when the command's end was not seen. */
  readonly exitCode: number | null;
  /** For a command that failed: what had arrived until then. */
  readonly stdout: string;
  readonly stderr: string;
  readonly startedAt: Instant;
  readonly durationMs: number;
  readonly failure?: SshFailureCode;
}

/**
 * Is told of each command after its end, and awaited: when it throws, the command's caller gets that error, so that no
 * work goes on without its record.
 */
export type CommandObserver = (record: CommandRecord) => void | Promise<void>;

const MASK = '[secret]';
/** A shorter line of a secret would mask ordinary words. */
const SHORTEST_LINE = 8;

/** A secret's whole text and each of its longer lines: a key is often echoed line by line. */
const pieces = (secret: Secret): string[] => {
  const text = secret.reveal();
  const lines = text.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE);
  return text === '' ? lines : [text, ...lines];
};

/** The text with every piece of every secret replaced. */
export const masked = (text: string, secrets: Iterable<Secret>): string =>
  [...secrets]
    .flatMap(pieces)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, piece) => rest.replaceAll(piece, () => MASK), text);
