import { error, type Finding, type Params } from '../../finding.ts';
import { excerpt } from './escaped-text.ts';
import { LineReader, Unreadable } from './line-reader.ts';
import { wasKilled, type Tool, type ToolOutput, type ToolReading } from './tool.ts';

/**
 * More than this no tool prints: a node has at most 16 KiB to say, and a qnetd 23 lines, 880 characters, of each two-node cluster. So
 * one with more than 869 of these cannot be read; such a list takes 30 ms.
 */
export const MAX_CHARACTERS = 1024 * 1024;
export const MAX_LINES = 20_000;

/** What makes one tool different from another. */
interface StrictTool<T> {
  /** Begins the codes of its findings: `<code>_unreadable` and `<code>_down`. */
  readonly code: string;
  readonly command: readonly string[];
  /** The daemon that answers, as a person knows it. */
  readonly daemon: string;
  /** The code of the finding that the daemon hangs. */
  readonly hungCode: string;
  /** True only where the tool's own words say that the daemon is not there. */
  saysDown(output: ToolOutput): boolean;
  /** The exit codes with which the tool prints an answer. Any other makes the output unknown. */
  readonly exitCodes: readonly number[];
  /** @throws Unreadable at the first line that is not what the tool prints */
  read(lines: LineReader, exitCode: number): T;
}

/**
 * Makes a tool whose reading is `known` only when every line of its output was understood. Whatever the output is, the
 * parser neither throws nor takes more than linear time.
 */
export const strictTool = <T>(tool: StrictTool<T>): Tool<T> => ({
  command: tool.command,
  parse: (output, subject) => {
    if (tool.saysDown(output)) return { kind: 'down', finding: down(tool, output, subject) };
    if (wasKilled(output)) return { kind: 'unknown', finding: hung(tool, subject) };
    try {
      return { kind: 'known', value: readAll(tool, output) };
    } catch (fault) {
      if (fault instanceof Unreadable) return unreadable(tool, output, fault, subject);
      throw fault;
    }
  },
});

const readAll = <T>(tool: StrictTool<T>, { exitCode, stdout }: ToolOutput): T => {
  if (!tool.exitCodes.includes(exitCode))
    throw new Unreadable(`exit code ${tool.exitCodes.join(' or ')}`, null, `exit code ${exitCode}`);
  if (isTooLong(stdout))
    throw new Unreadable(
      `at most ${MAX_CHARACTERS} characters in ${MAX_LINES} lines`,
      null,
      `${stdout.length} characters`,
    );
  const lines = new LineReader(stdout);
  const value = tool.read(lines, exitCode);
  lines.end();
  return value;
};

const isTooLong = (text: string): boolean =>
  text.length > MAX_CHARACTERS || text.split('\n', MAX_LINES + 2).length > MAX_LINES + 1;

const firstLine = (text: string): string => excerpt(text.slice(0, 1000).trim().split('\n', 1)[0] ?? '');

const down = <T>(tool: StrictTool<T>, output: ToolOutput, subject: string): Finding =>
  error(
    `${tool.code}_down`,
    subject,
    `${tool.command[0]} cannot reach ${tool.daemon}. See whether its unit runs and whether this user may ask it, and read its journal.`,
    { exitCode: output.exitCode, stderr: firstLine(output.stderr) },
  );

const hung = <T>(tool: StrictTool<T>, subject: string): Finding =>
  error(
    tool.hungCode,
    subject,
    `${tool.daemon} hangs: ${tool.command[0]} had no answer from it until it was killed. Read the journal of its unit, and see whether the machine itself is out of memory or disk.`,
  );

const unreadable = <T>(
  tool: StrictTool<T>,
  output: ToolOutput,
  fault: Unreadable,
  subject: string,
): ToolReading<never> => {
  const where = fault.lineNumber === null ? '' : ` in line ${fault.lineNumber}`;
  const seen = fault.seen === null ? '' : ` but saw "${fault.seen}"`;
  const stderr = firstLine(output.stderr);
  const params: Params = {
    exitCode: output.exitCode,
    expected: fault.expected,
    ...(fault.lineNumber === null ? {} : { line: fault.lineNumber }),
    ...(fault.seen === null ? {} : { seen: fault.seen }),
    ...(stderr === '' ? {} : { stderr }),
  };
  const message =
    `The output of "${tool.command.join(' ')}" was not understood: expected ${fault.expected}${where}${seen}.` +
    (stderr === '' ? '' : ` It said on stderr: "${stderr}".`) +
    ' Nothing is taken from it.';
  return { kind: 'unknown', finding: error(`${tool.code}_unreadable`, subject, message, params) };
};
