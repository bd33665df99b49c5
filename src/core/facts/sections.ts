import type { ToolOutput } from '../corosync/tools/tool.ts';

/**
 * What a looking script printed, section by section: each is one command with its exit code and both its streams, byte
 * for byte. The frames carry a nonce that was drawn for this one look, so no output can forge a section.
 */
export type Sections = ReadonlyMap<string, ToolOutput>;

/** A nonce is put into a pattern as it is: it may hold no character that means something there. */
const NONCE = /^[0-9a-f]{16,64}$/;

/** A section from its first frame to its last; each frame but the first has a line break of its own before it. */
const sectionsWith = (nonce: string): RegExp =>
  new RegExp(
    `^--${nonce} out ([A-Za-z]+)\n([^]*?)\n--${nonce} err \\1 ([0-9]{1,3})\n([^]*?)\n--${nonce} end \\1\n`,
    'gm',
  );

/**
 * @param text all that the script printed on standard output
 * @param nonce the one handed to the script, in hexadecimal
 * @returns the sections that are complete; one that was cut short is missing, and whoever needs it says so
 * @throws RangeError for a nonce that could be guessed or would read as a pattern
 */
export const readSections = (text: string, nonce: string): Sections => {
  if (!NONCE.test(nonce)) throw new RangeError('a nonce is 16 to 64 hexadecimal digits');
  const found = text.matchAll(sectionsWith(nonce));
  return new Map(
    Array.from(found, ([, name = '', stdout = '', exitCode, stderr = '']) => [
      name,
      { exitCode: Number(exitCode), stdout, stderr },
    ]),
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
