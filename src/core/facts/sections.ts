import type { ToolOutput } from '../corosync/tools/tool.ts';

/**
 * What a looking script printed, section by section: each is one command with its exit code and both its streams, byte
 * for byte. The frame carries a nonce that was drawn for this one look, so no output can forge a section.
 */
export type Sections = ReadonlyMap<string, ToolOutput>;

const FRAME = /^(out|err) ([A-Za-z]+)(?: (\d{1,3}))?$/;

/**
 * @param text all that the script printed on standard output
 * @param nonce the one handed to the script
 * @returns the sections that are complete; one that was cut short is missing, and whoever needs it says so
 */
export const readSections = (text: string, nonce: string): Sections => {
  const sections = new Map<string, ToolOutput>();
  let open: { name: string; stdout: string } | null = null;
  for (const part of `\n${text}`.split(`\n--${nonce} `).slice(1)) {
    const lineEnd = part.indexOf('\n');
    const frame = FRAME.exec(lineEnd < 0 ? part : part.slice(0, lineEnd));
    const content = lineEnd < 0 ? '' : part.slice(lineEnd + 1);
    if (!frame) return sections;
    const [, stream, name = '', exitCode] = frame;
    if (stream === 'out') open = { name, stdout: content };
    else if (open?.name === name && exitCode !== undefined) {
      sections.set(name, { exitCode: Number(exitCode), stdout: open.stdout, stderr: content.replace(/\n$/, '') });
    }
  }
  return sections;
};

const ABSENT: ToolOutput = { exitCode: -1, stdout: '', stderr: 'the look was cut short' };

/** A section's output; one that is missing reads like a command that failed. */
export const section = (sections: Sections, name: string): ToolOutput => sections.get(name) ?? ABSENT;

/** A section's trimmed standard output when its command succeeded, else null. */
export const answer = (sections: Sections, name: string): string | null => {
  const { exitCode, stdout } = section(sections, name);
  return exitCode === 0 ? stdout.trim() : null;
};
