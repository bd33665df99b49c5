import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/core/finding.ts';
import { instant } from '../../../src/core/time.ts';
import { Complaints } from '../../../src/platform/queue/complaints.ts';

describe('complaints of the queue', () => {
  it('are passed on once a minute for each part, with how many were kept back', () => {
    let now = 1_800_000_000_000;
    const told: Finding[] = [];
    const complaints = new Complaints((finding) => told.push(finding), { now: () => instant(now) });
    for (let i = 0; i < 100; i++) complaints.hear('queue poll', new Error('ECONNREFUSED'));
    complaints.hear('worker poll', 'gone');
    expect(told.map(({ subject, params }) => [subject, params.reason, params.keptBack])).toEqual([
      ['queue poll', 'ECONNREFUSED', 0],
      ['worker poll', 'gone', 0],
    ]);
    now += 60_000;
    complaints.hear('queue poll', new Error('ECONNREFUSED'));
    expect(told.at(-1)).toMatchObject({ code: 'queue_trouble', severity: 'warning', params: { keptBack: 99 } });
  });
});
