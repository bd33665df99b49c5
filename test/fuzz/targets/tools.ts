import type { Chance } from '../../faults/chance.ts';
import { pvecmStatus, type PvecmStatus } from '../../../src/core/corosync/tools/pvecm.ts';
import type { Tool, ToolOutput, ToolReading } from '../../../src/core/corosync/tools/tool.ts';
import * as printed from '../../core/corosync/tools/printed-tools.ts';
import type { ToolName } from '../../fixtures/tools/recording.ts';
import { mutatedText, textSeeds, type TextSeeds } from '../mutate-text.ts';
import { outputsOf } from '../recorded.ts';
import { below, pick, type Target } from '../target.ts';

/** What a tool would have to print to be read like this; the only text that may be read so. */
interface Opposite {
  readonly print: (value: unknown) => readonly string[];
  /** Blanks out what a reading does not keep. */
  readonly forget: (text: string) => string;
  /** Lines that must stand in the text, each as often as here, for what is healthy in the reading. */
  readonly witnesses?: (value: unknown) => readonly string[];
}

const EXIT_CODES = [-1, 0, 1, 2, 3, 4, 127, 137, 255];

/** What connect(2) and the tools say when nobody listens; without such words no daemon is down. */
const SAYS_DOWN = /Cannot initiali[sz]e [A-Z]+ service|Can't connect to (?:QDevice|qnetd) socket/;

const drawnFrom =
  (outputs: readonly ToolOutput[], seeds: TextSeeds) =>
  (chance: Chance): ToolOutput => {
    const { exitCode, stdout, stderr } = pick(outputs, chance);
    const inStderr = below(12, chance) === 0;
    return {
      exitCode: below(20, chance) === 0 ? pick(EXIT_CODES, chance) : exitCode,
      stdout: inStderr ? stdout : mutatedText(stdout, chance, seeds),
      stderr: inStderr ? mutatedText(stderr, chance, seeds) : stderr,
    };
  };

const MOST_WORDS = 1_500;

/** A finding is shown to people and written to logs: nothing of what it quotes may do anything there. */
const isFitToShow = (message: string): boolean => message.length < MOST_WORDS && /^[ -~…]*$/.test(message);

/** Judges any reading of a tool: what is known must be all that the text says, and what is down must have been said. */
export const judgeReading = (opposite: Opposite, output: ToolOutput, reading: ToolReading<unknown>): string | null => {
  if (reading.kind !== 'known') {
    if (!isFitToShow(reading.finding.message))
      return `a finding that is not fit to be shown: ${reading.finding.message}`;
    return reading.kind === 'down' && !SAYS_DOWN.test(output.stderr) ? 'a daemon is down though nobody said so' : null;
  }
  const spoken = opposite.forget(output.stdout);
  if (!opposite.print(reading.value).some((text) => opposite.forget(text) === spoken))
    return 'it was read as something that would be printed otherwise';
  const lines = output.stdout.split('\n');
  const missing = opposite.witnesses?.(reading.value).find((line) => !lines.includes(line));
  return missing === undefined ? null : `there is no line "${missing}"`;
};

const target = (name: string, weight: number, tool: Tool<unknown>, opposite: Opposite, tools: readonly ToolName[]) => {
  const outputs = outputsOf(...tools);
  const seeds = textSeeds(outputs.flatMap(({ stdout, stderr }) => [stdout, stderr]));
  return {
    name,
    weight,
    draw: drawnFrom(outputs, seeds),
    read: (output) => tool.parse(output, 'duo-1'),
    takes: ({ kind }) => kind === 'known',
    judge: (output, reading) => judgeReading(opposite, output, reading),
  } satisfies Target<ToolOutput, ToolReading<unknown>>;
};

export const quorum: Opposite = {
  ...printed.quorum,
  witnesses: (value) => ((value as { quorate: boolean }).quorate ? ['Quorate:          Yes'] : []),
};

const withHeader = ({ cluster }: PvecmStatus): string =>
  cluster === null
    ? ''
    : `Cluster information\n-------------------\nName:             ${cluster.name}\nConfig Version:   ${cluster.configVersion ?? -1}\n` +
      `Transport:        ${cluster.transport}\nSecure auth:      ${cluster.secureAuth}\n\n`;

const pvecm: Opposite = {
  print: (value) => {
    const status = value as PvecmStatus;
    return quorum.print(status.quorum).map((text) => `${withHeader(status)}${text}`);
  },
  forget: quorum.forget,
};

export const toolTargets: readonly Target[] = [
  target('quorumtool', 10, printed.quorum.tool, quorum, ['quorumtool', 'quorumtoolHex']),
  target('qdevice-tool', 10, printed.qdevice.tool, printed.qdevice, ['qdevice']),
  target('qnetd-status', 14, printed.qnetdStatus.tool, printed.qnetdStatus, ['qnetdStatus']),
  target('qnetd-list', 10, printed.qnetdList.tool, printed.qnetdList, ['qnetdList']),
  target('pvecm', 8, pvecmStatus, pvecm, ['pvecm']),
];
