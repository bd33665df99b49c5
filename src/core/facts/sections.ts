import type { ToolOutput } from '../corosync/tools/tool.ts';

/**
 * What a looking script printed, section by section: each is one command with its exit code and both its streams, byte
 * for byte. The frames carry a nonce that was drawn for this one look, so no output can forge a section.
 */
export type Sections = ReadonlyMap<string, ToolOutput>;

/** A nonce is put into a pattern as it is: it may hold no character that means something there. */
const NONCE = /^[0-9a-f]{16,64}$/;

/** One of the three lines that stand around a section's two streams. */
interface Frame {
  readonly edge: string;
  readonly name: string;
  readonly exitCode: number;
  readonly start: number;
  readonly end: number;
}

const framesIn = (text: string, nonce: string): readonly Frame[] => {
  // Not `^`, which also holds behind a carriage return and Unicode's separators of lines.
  const pattern = new RegExp(`(?<![^\n])--${nonce} (?:(out|end) ([A-Za-z]+)|(err) ([A-Za-z]+) ([0-9]{1,3}))\n`, 'g');
  return Array.from(
    text.matchAll(pattern),
    ({ 0: line, 1: edge, 2: name, 3: err, 4: errName, 5: exitCode, index }) => ({
      edge: edge ?? err ?? '',
      name: name ?? errName ?? '',
      exitCode: Number(exitCode),
      start: index,
      end: index + line.length,
    }),
  );
};

/** What stands between two frames; the second has a line break of its own before it. Null when they are not of one section. */
const between = (text: string, one: Frame, edge: string, other: Frame | undefined): string | null =>
  other?.edge === edge && other.name === one.name && other.start > one.end
    ? text.slice(one.end, other.start - 1)
    : null;

/**
 * Goes from frame to frame, once: a hostile host knows its nonce, and can print as many frames as fit into a look. So none of
 * them may make us search the rest of the text for its fellow.
 * @param text all that the script printed on standard output
 * @param nonce the one handed to the script, in hexadecimal
 * @returns the sections that are complete; one that was cut short is missing, and whoever needs it says so
 * @throws RangeError for a nonce that could be guessed or would read as a pattern
 */
export const readSections = (text: string, nonce: string): Sections => {
  if (!NONCE.test(nonce)) throw new RangeError('a nonce is 16 to 64 hexadecimal digits');
  const frames = framesIn(text, nonce);
  return new Map(
    frames.flatMap((out, at) => {
      const err = frames[at + 1];
      const stdout = out.edge === 'out' ? between(text, out, 'err', err) : null;
      const stderr = err && stdout !== null ? between(text, err, 'end', frames[at + 2]) : null;
      return err && stdout !== null && stderr !== null
        ? [[out.name, { exitCode: err.exitCode, stdout, stderr }] as const]
        : [];
    }),
  );
};

const ABSENT: ToolOutput = { exitCode: -1, stdout: '', stderr: 'the look was cut short' };

/** A section's output; one that is missing reads like a command that failed. */
export const section = (sections: Sections, name: string): ToolOutput => sections.get(name) ?? ABSENT;

/** A section's trimmed standard output when its command succeeded, else null. */
export const answer = (sections: Sections, name: string): string | null => {
  const { exitCode, stdout } = section(sections, name);
  return exitCode === 0 ? stdout.trim() : null;
};

/** Many times as many as any host has to tell of its addresses, packages, units, files and file systems. */
const MOST_LINES = 4_000;

/** A section's standard output, whatever its exit code; nothing when it has more lines than a host can honestly have to tell. */
export const listing = (sections: Sections, name: string): string => {
  const { stdout } = section(sections, name);
  return stdout.split('\n', MOST_LINES + 1).length > MOST_LINES ? '' : stdout;
};
