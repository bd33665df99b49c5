import type { ToolOutput } from '../../../src/core/corosync/tools/tool.ts';

export const NONCE = '0123456789abcdef0123456789abcdef';

/** One section as `report.sh` frames it. */
export const framed = (name: string, { exitCode, stdout, stderr }: ToolOutput, nonce = NONCE): string =>
  `--${nonce} out ${name}\n${stdout}\n--${nonce} err ${name} ${exitCode}\n${stderr}\n--${nonce} end ${name}\n`;

/** A look that went well: each command ended with 0 and said nothing on standard error. */
export const told = (stdout: string): ToolOutput => ({ exitCode: 0, stdout, stderr: '' });

/** Sections as a look prints them, one after another. */
export const report = (sections: Readonly<Record<string, ToolOutput>>, nonce = NONCE): string =>
  Object.entries(sections)
    .map(([name, output]) => framed(name, output, nonce))
    .join('');
