import { describe, expect, it } from 'vitest';
import { noticeData, noticeWords, type Names, type ToldAlert } from '../../../src/core/alerts/notice.ts';
import { error } from '../../../src/core/finding.ts';
import { at } from './alert-world.ts';

const alert: ToldAlert = {
  ...{ id: 'alert-1', dedupKey: 'vote_absent:cluster:cluster-1', rule: 'vote_absent', severity: 'critical' },
  ...{ subject: { kind: 'cluster', id: 'cluster-1' }, jobId: null, summary: 'Cluster duo runs without the vote.' },
  findings: [error('qnetd_down', 'north', 'qnetd does not run.')],
  details: { vote: { state: 'at-risk', lossesSurvived: { withArbiter: 1, withoutArbiter: 0 } } },
  ...{ since: at(0), openedAt: at(1), updatedAt: at(1), resolvedAt: null, resolution: null },
  ...{ updates: 0, recurrences: 0, ticket: null },
};
const names: Names = {
  customer: { id: 'customer-1', name: 'Bakery', externalRefs: [{ system: 'psa', id: '4711' }] },
  cluster: { id: 'cluster-1', name: 'duo' },
  arbiter: { id: 'arbiter-1', name: 'north' },
};
const resolved: ToldAlert = {
  ...alert,
  resolvedAt: at(90),
  resolution: 'healthy',
  ticket: { system: 'psa', id: 'T1' },
};

describe('what a PSA is sent', () => {
  it('has all that a ticket is opened with', () => {
    expect(noticeData('open', alert, names)).toEqual({
      ...{ action: 'open', alertId: 'alert-1', dedupKey: 'vote_absent:cluster:cluster-1', rule: 'vote_absent' },
      ...{ severity: 'critical', subject: { kind: 'cluster', id: 'cluster-1' } },
      summary: 'Cluster duo runs without the vote.',
      description: expect.stringMatching(
        /^Cluster duo.*\n- north: qnetd does not run\.\nWhat to do: See whether qnetd/s,
      ) as string,
      customer: { id: 'customer-1', name: 'Bakery', externalRefs: [{ system: 'psa', id: '4711' }] },
      ...{ cluster: { id: 'cluster-1', name: 'duo' }, arbiter: { id: 'arbiter-1', name: 'north' } },
      vote: { state: 'at-risk', lossesSurvived: { withArbiter: 1, withoutArbiter: 0 } },
      findings: alert.findings,
      ...{ since: '2026-11-22T10:00:00.000Z', openedAt: '2026-11-22T10:00:01.000Z' },
      ...{ updatedAt: '2026-11-22T10:00:01.000Z', resolvedAt: null, resolution: null, updates: 0, recurrences: 0 },
      ticket: null,
      links: {
        ...{ alert: '/v1/alerts/alert-1', customer: '/v1/customers/customer-1', arbiter: '/v1/arbiters/arbiter-1' },
        cluster: '/v1/clusters/cluster-1',
        vote: '/v1/clusters/cluster-1/vote',
        history: '/v1/clusters/cluster-1/vote-history',
      },
    });
  });

  it('closes the ticket that was noted, and says what has ended it', () => {
    expect(noticeData('resolve', resolved, names)).toMatchObject({
      ...{ action: 'resolve', dedupKey: alert.dedupKey, ticket: { system: 'psa', id: 'T1' } },
      description: 'Cluster duo runs without the vote. All is well again.',
    });
    expect(noticeData('resolve', { ...resolved, resolution: 'disabled' }, names)['description']).toContain(
      'switched off',
    );
    expect(noticeData('resolve', { ...resolved, resolution: 'gone' }, names)['description']).toContain('not watched');
  });

  it('of the MSP’s own things has no customer, and links only to what is there', () => {
    const data = noticeData(
      'open',
      { ...alert, jobId: 'job-1' },
      { customer: null, cluster: null, arbiter: names.arbiter },
    );
    expect(data).toMatchObject({ customer: null, cluster: null });
    expect(data['links']).toEqual({
      alert: '/v1/alerts/alert-1',
      arbiter: '/v1/arbiters/arbiter-1',
      job: '/v1/jobs/job-1',
    });
  });
});

describe('what a person is sent', () => {
  it('says in the subject how bad, what, and whose', () => {
    expect(noticeWords('open', alert, names).subject).toBe('[critical] Arbiter’s vote is missing: duo, Bakery');
    expect(noticeWords('update', alert, names).subject).toBe(
      '[critical] Still: Arbiter’s vote is missing: duo, Bakery',
    );
    expect(noticeWords('resolve', resolved, names).subject).toBe(
      '[critical] Resolved: Arbiter’s vote is missing: duo, Bakery',
    );
    const nobodys = { customer: null, cluster: null, arbiter: names.arbiter };
    expect(noticeWords('open', alert, nobodys).subject).toBe('[critical] Arbiter’s vote is missing: north');
  });

  it('says in the text what was seen, what to do, and where to look', () => {
    const { text } = noticeWords('resolve', resolved, names);
    expect(text.split('\n').slice(-7)).toEqual([
      'Customer: Bakery',
      'Cluster: duo',
      'Arbiter: north',
      'Since: 2026-11-22T10:00:00.000Z',
      'Resolved: 2026-11-22T10:01:30.000Z',
      'Ticket: psa T1',
      'Alert: /v1/alerts/alert-1',
    ]);
    expect(noticeWords('open', alert, names).text).toContain('What to do: See whether qnetd runs');
  });
});
