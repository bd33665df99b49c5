import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pvecmStatus } from '../../../../src/core/corosync/tools/pvecm.ts';
import { qdeviceTool } from '../../../../src/core/corosync/tools/qdevice-tool.ts';
import { qnetdListTool, qnetdStatusTool } from '../../../../src/core/corosync/tools/qnetd-tool.ts';
import { quorumtool } from '../../../../src/core/corosync/tools/quorumtool.ts';
import { MAX_CHARACTERS, MAX_LINES } from '../../../../src/core/corosync/tools/strict-tool.ts';
import type { Tool } from '../../../../src/core/corosync/tools/tool.ts';
import { printQnetdList } from './print-qnetd-tool.ts';
import { printQuorumStatus } from './print-quorumtool.ts';
import { CLUSTER, world } from '../../quorum/worlds.ts';
import { qdevice, qnetdList, qnetdStatus, quorum } from './printed-tools.ts';

const SUBJECTS = [quorum, qdevice, qnetdStatus, qnetdList];

const LINES = [
  '',
  'Quorate:          Yes',
  'Quorate:\t\tYes',
  '    Node ID 1:',
  '        Vote:\t\t\tACK (ACK)',
  'Cluster "x":',
];
const BYTES = ['\u0000', '\u001b', '\r', '\n', '\t', ' ', '"', ':', '(', '0', '1', 'f', '-', '�', 'Y'];

type Mutation = (text: string) => string;
const atLine =
  (edit: (lines: string[], at: number) => void, where: number): Mutation =>
  (text) => {
    const lines = text.split('\n');
    edit(lines, where % lines.length);
    return lines.join('\n');
  };
const atByte =
  (edit: (text: string, at: number) => string, where: number): Mutation =>
  (text) =>
    edit(text, where % (text.length + 1));

/** Deletes, doubles, inserts, moves or cuts a line; deletes, inserts or alters a character; cuts the text. */
const anyMutation: fc.Arbitrary<Mutation> = fc
  .tuple(fc.nat(), fc.constantFrom(...LINES), fc.constantFrom(...BYTES))
  .chain(([where, line, byte]) =>
    fc.constantFrom<Mutation[]>(
      atLine((lines, at) => lines.splice(at, 1), where),
      atLine((lines, at) => lines.splice(at, 0, lines[at] ?? ''), where),
      atLine((lines, at) => lines.splice(at, 0, line), where),
      atLine((lines, at) => lines.push(...lines.splice(at, 1)), where),
      atLine((lines, at) => lines.splice(at), where),
      atByte((text, at) => text.slice(0, at) + text.slice(at + 1), where),
      atByte((text, at) => text.slice(0, at) + byte + text.slice(at), where),
      atByte((text, at) => text.slice(0, at) + byte + text.slice(at + 1), where),
      atByte((text, at) => text.slice(0, at), where),
    ),
  );

describe.each(SUBJECTS)('$name, spoiled', ({ tool, printed, print, forget }) => {
  it('is unknown, or says exactly what now stands there: nothing is guessed and nothing thrown', () => {
    fc.assert(
      fc.property(printed, fc.array(anyMutation, { minLength: 1, maxLength: 2 }), ({ text, exitCode }, mutations) => {
        const spoiled = mutations.reduce((current, mutate) => mutate(current), text);
        const reading = tool.parse({ exitCode, stdout: spoiled, stderr: '' }, 'duo-1');
        if (reading.kind === 'known') expect(print(reading.value).map(forget)).toContain(forget(spoiled));
        else expect(reading.kind).toBe('unknown');
      }),
      { numRuns: 1000 },
    );
  });
});

const TOOLS: readonly Tool<unknown>[] = [quorumtool, qdeviceTool, qnetdStatusTool, qnetdListTool, pvecmStatus];

const repeat = (text: string, length = MAX_CHARACTERS): string =>
  text.repeat(Math.ceil(length / text.length)).slice(0, length);

/** At most as large as is read at all, and made for quadratic or backtracking readers. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ['one line of blanks', `${repeat(' ', MAX_CHARACTERS - 1)}\n`],
  ['one line of digits', `Nodes:            ${repeat('1', MAX_CHARACTERS - 40)}\n`],
  ['names that never end', repeat('Cluster "x\n', 10 * MAX_LINES)],
  ['one name of many lines', `Cluster "${repeat('":\n', 3 * (MAX_LINES - 10))}x":\n    Algorithm:\t\tLMS\n`],
  ['a list of a hundred thousand nodes', `Cluster "x":\n    Algorithm:\t\tLMS\n${repeat('1, ', 900_000)}\n`],
  ['brackets in brackets', `Cluster "x":\n    Algorithm:\t\t${repeat(' (', 900_000)}${repeat(')', 100_000)}\n`],
  ['empty lines', repeat('\n', MAX_LINES)],
  ['zero bytes', `${repeat('\u0000', MAX_CHARACTERS - 1)}\n`],
  ['half characters', `${repeat('\ud800', MAX_CHARACTERS - 1)}\n`],
  ['no end of line at all', repeat('Quorum information')],
];

const asManyRowsAsLines = () => {
  const status = {
    provider: 'x',
    nodeCount: MAX_LINES - 30,
    nodeId: 1,
    ringId: { representative: 1, sequence: '1' },
    quorate: true,
    expectedVotes: 1,
    highestExpected: 1,
    totalVotes: 1,
    quorum: 1,
    activityBlocked: true,
    flags: [],
    members: Array.from({ length: MAX_LINES - 30 }, (_, index) => ({
      nodeId: index + 1,
      votes: 1,
      device: null,
      name: 'n',
      local: index === 0,
    })),
    device: null,
  };
  return printQuorumStatus(status as never, { hexadecimalIds: false, decimalRingId: false, quorateIsExitCode1: false });
};

describe.each(TOOLS.map((tool) => [tool.command.join(' '), tool] as const))('%s, hostile', (_command, tool) => {
  it.each(HOSTILE)('is done with %s in a second, without an answer', (_what, stdout) => {
    const start = performance.now();
    expect(tool.parse({ exitCode: 0, stdout, stderr: '' }, 'duo-1').kind).toBe('unknown');
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it.each([
    ['too many characters', 'x'.repeat(MAX_CHARACTERS + 1)],
    ['too many lines', '\n'.repeat(MAX_LINES + 1)],
    ['far too much', '\n'.repeat(50 * MAX_CHARACTERS)],
  ])('does not begin to read %s', (_what, stdout) => {
    const reading = tool.parse({ exitCode: 0, stdout, stderr: '' }, 'duo-1');
    expect(reading).toMatchObject({ kind: 'unknown', finding: { params: { seen: `${stdout.length} characters` } } });
  });

  it('is done with endless complaints in a second', () => {
    const stderr = repeat("x: Can't connect to QDevice socket (is QDevice running?)\n", 20 * MAX_CHARACTERS);
    const start = performance.now();
    const reading = tool.parse({ exitCode: 3, stdout: '', stderr }, 'duo-1');
    expect(reading.kind).toBe('unknown');
    expect(performance.now() - start).toBeLessThan(1000);
    if (reading.kind === 'unknown') expect(reading.finding.message.length).toBeLessThan(1000);
  });

  it('never repeats a control character or a whole long line in its finding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'binary' }), (stdout, stderr) => {
        const reading = tool.parse({ exitCode: 0, stdout, stderr }, 'duo-1');
        if (reading.kind === 'known') return;
        expect(JSON.stringify(reading.finding)).toMatch(/^[ -~…]*$/);
        expect(reading.finding.message.length).toBeLessThan(1500);
      }),
    );
  });
});

describe('the largest output that is read', () => {
  it('has as many rows as there are lines, and is read in a second', () => {
    const stdout = asManyRowsAsLines();
    const start = performance.now();
    expect(quorumtool.parse({ exitCode: 0, stdout, stderr: '' }, 'duo-1').kind).toBe('known');
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('is that of a qnetd with 869 two-node clusters', () => {
    const { arbiter } = world({ nodeCount: 2 });
    if (arbiter?.reading.kind !== 'known') throw new Error('no arbiter here');
    const [one] = arbiter.reading.value.filter(({ name }) => name === CLUSTER);
    if (!one) throw new Error('no such cluster');
    const clusters = Array.from({ length: 869 }, (_, index) => ({
      ...one,
      name: `cluster-${index}`,
    }));
    const reading = qnetdListTool.parse({ exitCode: 0, stdout: printQnetdList(clusters), stderr: '' }, 'arbiter');
    expect(reading).toEqual({ kind: 'known', value: clusters });
  });

  it('has as many lines as allowed, one fewer than too many', () => {
    const reading = (lines: number) =>
      qnetdListTool.parse({ exitCode: 0, stdout: '\n'.repeat(lines), stderr: '' }, 'arbiter');
    expect(reading(MAX_LINES)).toMatchObject({ finding: { params: { line: 1 } } });
    expect(reading(MAX_LINES + 1)).toMatchObject({ finding: { params: { seen: `${MAX_LINES + 1} characters` } } });
  });
});

describe('a tool that had to be killed, exit code 137', () => {
  it.each([
    [quorumtool, 'corosync_hung'],
    [pvecmStatus, 'corosync_hung'],
    [qdeviceTool, 'qdevice_hung'],
    [qnetdStatusTool, 'qnetd_hung'],
    [qnetdListTool, 'qnetd_hung'],
  ] as const)(
    'says that its daemon hangs, which is neither an answer nor that it is down (invariant 21)',
    (tool, code) => {
      const reading = tool.parse({ exitCode: 137, stdout: '', stderr: 'Killed\n' }, 'duo-1');
      expect(reading).toMatchObject({ kind: 'unknown', finding: { code, severity: 'error', subject: 'duo-1' } });
    },
  );
});
