import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listContradictsStatus } from '../../../../src/core/corosync/tools/qnetd-list.ts';
import { qnetdListTool, qnetdStatusTool } from '../../../../src/core/corosync/tools/qnetd-tool.ts';
import { quorumtool } from '../../../../src/core/corosync/tools/quorumtool.ts';
import {
  formsAgree,
  holds,
  readOutput,
  TOOLS,
  type RecordedOutput,
  type Recording,
  type ToolName,
} from '../../../fixtures/tools/recording.ts';
import * as printed from './printed-tools.ts';

const DIRECTORY = join(import.meta.dirname, '../../../fixtures/tools');

const recordingOf = (state: string): Recording =>
  JSON.parse(readFileSync(join(DIRECTORY, state, 'recording.json'), 'utf8')) as Recording;

const STATES = readdirSync(DIRECTORY, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => [entry.name, recordingOf(entry.name)] as const);

const outputsOf = (recording: Recording) =>
  Object.entries(recording.hosts).flatMap(([host, { outputs }]) =>
    Object.entries(outputs).map(([tool, output]) => ({ host, tool: tool as ToolName, output })),
  );

/** What a reading would be printed as, without what the reading does not keep; pvecm adds a header to quorumtool. */
const PRINTED: Record<ToolName, (value: unknown) => { texts: readonly string[]; forget: (text: string) => string }> = {
  quorumtool: (value) => ({ texts: printed.quorum.print(value), forget: printed.quorum.forget }),
  quorumtoolHex: (value) => ({ texts: printed.quorum.print(value), forget: printed.quorum.forget }),
  qdevice: (value) => ({ texts: printed.qdevice.print(value), forget: printed.qdevice.forget }),
  qnetdStatus: (value) => ({ texts: printed.qnetdStatus.print(value), forget: printed.qnetdStatus.forget }),
  qnetdList: (value) => ({ texts: printed.qnetdList.print(value), forget: printed.qnetdList.forget }),
  pvecm: (value) => ({
    texts: printed.quorum.print((value as { quorum: unknown }).quorum),
    forget: (text) => printed.quorum.forget(text.replace(/^Cluster information\n(?:.+\n)+\n/, '')),
  }),
};

describe('the states recorded from real daemons', () => {
  it('are at least 25, each with a sentence for a person and something that must be read', () => {
    expect(STATES.length).toBeGreaterThanOrEqual(25);
    for (const [, { sentence, hosts }] of STATES) {
      expect(sentence.length).toBeGreaterThan(40);
      expect(Object.values(hosts).flatMap(({ mustRead }) => Object.keys(mustRead)).length).toBeGreaterThan(0);
    }
  });

  it('hold each kind of reading of each tool that a real state can bring about', () => {
    const kinds = STATES.flatMap(([, recording]) =>
      outputsOf(recording).map(({ host, tool, output }) => `${tool} ${readOutput(tool, output, host).kind}`),
    );
    const expected = Object.keys(TOOLS).flatMap((tool) => [`${tool} known`, `${tool} down`]);
    expect(new Set(kinds)).toEqual(new Set([...kinds, ...expected]));
    for (const tool of ['quorumtool', 'qdevice', 'qnetdStatus', 'qnetdList'])
      expect(kinds).toContain(`${tool} unknown`);
  });
});

describe.each(STATES)('%s', (_state, { sentence, hosts }) => {
  it(sentence, () => {
    for (const [host, { outputs, mustRead }] of Object.entries(hosts))
      for (const [tool, part] of Object.entries(mustRead)) {
        const reading = readOutput(tool as ToolName, outputs[tool as ToolName] as RecordedOutput, host);
        expect(holds(reading, part), `${host} ${tool}: ${JSON.stringify(reading)}`).toBe(true);
      }
  });

  it('is read completely: what was read prints as what was recorded', () => {
    for (const { host, tool, output } of outputsOf({ sentence, hosts })) {
      const reading = readOutput(tool, output, host);
      if (reading.kind !== 'known') continue;
      const { texts, forget } = PRINTED[tool](reading.value);
      expect(texts.map(forget), `${host} ${tool}`).toContain(forget(output.stdout));
    }
  });

  it('is unknown only where the tool gave no answer, or a forged one', () => {
    for (const { host, tool, output } of outputsOf({ sentence, hosts }))
      if (readOutput(tool, output, host).kind === 'unknown')
        expect([output.exitCode !== 0 && output.stdout === '', output.stdout === '', isForged(output)]).toContain(true);
  });

  it('is read alike from decimal and hexadecimal node ids', () => {
    for (const [host, recorded] of Object.entries(hosts)) expect(formsAgree(recorded), host).toBe(true);
  });
});

const isForged = ({ stdout }: RecordedOutput): boolean =>
  stdout.split('\n').filter((line) => line === 'Cluster "duo":').length > 1;

describe('the list of clusters against the status, in the states recorded', () => {
  const contradictions = STATES.filter(([, { hosts }]) => {
    const { qnetdList, qnetdStatus } = hosts['arbiter']?.outputs ?? {};
    if (qnetdList === undefined || qnetdStatus === undefined) return false;
    const list = qnetdListTool.parse(qnetdList, 'arbiter');
    const status = qnetdStatusTool.parse(qnetdStatus, 'arbiter');
    if (list.kind !== 'known' || status.kind !== 'known') return false;
    return listContradictsStatus(list.value, status.value, 'arbiter') !== null;
  });

  it('agrees in all but the one where a name feigns a cluster', () => {
    expect(contradictions.map(([state]) => state)).toEqual(['name-that-feigns-an-absent-cluster']);
  });
});

describe('one look at a node', () => {
  it('may say "Quorate: Yes" on both sides of a cut (invariant 21): only its total votes tell that a membership forms', () => {
    const { hosts } = recordingOf('lowest-node-cut-both-quorate');
    const looks = ['duo-1', 'duo-2'].map((host) => {
      const reading = quorumtool.parse(hosts[host]?.outputs.quorumtool as RecordedOutput, host);
      if (reading.kind !== 'known') throw new Error(reading.finding.message);
      const { quorate, members, device, totalVotes } = reading.value;
      const sum = members.reduce((votes, member) => votes + member.votes, device?.votes ?? 0);
      return { quorate, addsUp: sum === totalVotes };
    });
    expect(looks).toEqual([
      { quorate: true, addsUp: false },
      { quorate: true, addsUp: true },
    ]);
  });
});
