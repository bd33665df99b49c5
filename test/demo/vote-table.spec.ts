import { describe, expect, it } from 'vitest';
import type { VoteView } from '../e2e/client.ts';
import { voteTable } from './vote-table.ts';
import { allAreOk } from './votes.ts';

const node = (nodeId: number, online: boolean | null) => ({ nodeId, name: `duo-${nodeId}`, online, qdevice: 'cast' });
const finding = (severity: 'warning' | 'info', message: string) => ({
  code: 'node_offline',
  severity,
  subject: 'duo',
  message,
});

const OK: VoteView = {
  state: 'ok',
  since: '2026-11-22T10:00:00.000Z',
  findings: [],
  votes: { expected: 3, total: 3, quorum: 2, qdevice: 1 },
  nodes: [node(1, true), node(2, true)],
  arbiter: { vote: 'ack' },
  lossesSurvived: { withArbiter: 1, withoutArbiter: 0 },
};

const AT_RISK: VoteView = {
  ...OK,
  state: 'at-risk',
  findings: [finding('warning', 'duo-2 is not online.'), finding('info', 'Looked at 2 s ago.')],
  votes: { expected: 3, total: 2, quorum: 2, qdevice: 1 },
  nodes: [node(1, true), node(2, false)],
  lossesSurvived: { withArbiter: 0, withoutArbiter: 0 },
};

const UNKNOWN: VoteView = {
  ...OK,
  state: 'unknown',
  votes: { expected: null, total: null, quorum: null, qdevice: null },
  nodes: [node(1, null), node(2, null)],
  arbiter: { vote: 'unknown' },
  lossesSurvived: { withArbiter: null, withoutArbiter: null },
};

describe('The table of votes', () => {
  it('has a row for each cluster under heads that name what it shows', () => {
    expect(voteTable([{ cluster: 'duo', vote: OK }]).split('\n')).toEqual([
      'CLUSTER  NODES          STATE  VOTES   QUORUM  ARBITER  SURVIVES  WITHOUT ARBITER',
      'duo      2 of 2 online  ok     3 of 3  2       ack      1 loss    0 losses',
    ]);
  });

  it('keeps its columns under each other whatever they hold', () => {
    const [head = '', ...rows] = voteTable([
      { cluster: 'a-long-name', vote: OK },
      { cluster: 'b', vote: { ...UNKNOWN, findings: [] } },
    ]).split('\n');
    const column = head.indexOf('VOTES');
    expect(rows.map((row) => row.slice(column, column + 6))).toEqual(['3 of 3', '? of ?']);
  });

  it('says why a state is not ok, and passes over what is only told', () => {
    const lines = voteTable([
      { cluster: 'duo', vote: AT_RISK },
      { cluster: 'quad', vote: OK },
    ]).split('\n');
    expect(lines.slice(3)).toEqual(['duo: duo-2 is not online.']);
    expect(lines[1]).toContain('1 of 2 online  at-risk  2 of 3');
  });

  it('never shows what nobody knows as a figure', () => {
    const row = voteTable([{ cluster: 'duo', vote: UNKNOWN }]).split('\n')[1] ?? '';
    expect(row).toMatch(/unknown +\? of \? +\? +unknown +\? losses +\? losses$/);
    expect(row).toContain('0 of 2 online');
  });
});

describe('The votes are all ok', () => {
  it('only when each is', () => {
    expect(allAreOk([{ cluster: 'duo', vote: OK }])).toBe(true);
    for (const vote of [AT_RISK, UNKNOWN, { ...OK, state: 'lost' as const }]) {
      expect(
        allAreOk([
          { cluster: 'duo', vote: OK },
          { cluster: 'quad', vote },
        ]),
      ).toBe(false);
    }
  });
});
