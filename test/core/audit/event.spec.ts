import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { theJob, THE_SERVICE } from '../../../src/core/audit/actor.ts';
import { AUDIT_KINDS, type AuditEvent } from '../../../src/core/audit/event.ts';

const source = readFileSync(new URL('../../../src/core/audit/event.ts', import.meta.url), 'utf8');
const union = source.slice(source.indexOf('export type AuditEvent'), source.indexOf('export type AuditKind'));

describe('the kinds of audit events', () => {
  it('are listed for filters exactly as the union declares them', () => {
    const declared = [...union.matchAll(/'([a-z-]+\.[a-z-]+)'/g)].map(([, kind]) => kind);
    expect(AUDIT_KINDS.toSorted()).toEqual(declared.toSorted());
    expect(new Set(AUDIT_KINDS).size).toBe(AUDIT_KINDS.length);
  });

  it('each name what it happened to, and what happened', () => {
    expect(AUDIT_KINDS.filter((kind) => !/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/.test(kind))).toEqual([]);
  });

  it('have no field for a secret', () => {
    const fields = [...union.matchAll(/([A-Za-z0-9]+): /g)].map(([, field = '']) => field);
    expect(fields.length).toBeGreaterThan(40);
    expect(fields.filter((field) => /secret|private|password|passphrase|^token$|^key$|pem$/i.test(field))).toEqual([]);
  });

  it('are known to the compiler: an invented kind is no event', () => {
    // @ts-expect-error there is no such kind
    const invented: AuditEvent = { kind: 'customer.invented', data: { customerId: '', name: '' } };
    expect(AUDIT_KINDS).not.toContain(invented.kind);
  });
});

describe('an actor', () => {
  it('is the service, or one job by its id', () => {
    expect(THE_SERVICE).toEqual({ kind: 'service' });
    expect(theJob('j')).toEqual({ kind: 'job', jobId: 'j' });
  });
});
