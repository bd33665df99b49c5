import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { error, fail, hasError, info, succeed, warning, type Finding } from '../../src/core/finding.ts';

const anyFinding: fc.Arbitrary<Finding> = fc.record({
  code: fc.stringMatching(/^[a-z_]{1,12}$/),
  severity: fc.constantFrom('error' as const, 'warning' as const, 'info' as const),
  subject: fc.string(),
  message: fc.string(),
  params: fc.constant({}),
});

describe('a finding', () => {
  it.each([
    [error, 'error'],
    [warning, 'warning'],
    [info, 'info'],
  ])('holds its code, whom it concerns, a sentence and its figures, under its own severity', (make, severity) => {
    expect(make('clock_skew', 'node 1', 'The clock is off.', { seconds: 40 })).toEqual({
      code: 'clock_skew',
      severity,
      subject: 'node 1',
      message: 'The clock is off.',
      params: { seconds: 40 },
    });
  });

  it('has no figures where none were given', () => {
    expect(info('c', 's', 'm').params).toEqual({});
  });
});

describe('a list of findings', () => {
  it('has an error exactly when one of them is one, wherever it stands', () => {
    fc.assert(
      fc.property(fc.array(anyFinding), (findings) => {
        expect(hasError(findings)).toBe(findings.map(({ severity }) => severity).includes('error'));
      }),
    );
  });
});

describe('a result', () => {
  it('is a value with what is to be said beside it', () => {
    const said = [warning('w', 's', 'm')];
    expect(succeed(7, said)).toEqual({ ok: true, value: 7, findings: said });
    expect(succeed(undefined)).toEqual({ ok: true, value: undefined, findings: [] });
  });

  it('or every reason why there is none', () => {
    const reasons = [error('a', 's', 'm'), error('b', 's', 'm')];
    expect(fail(...reasons)).toEqual({ ok: false, findings: reasons });
  });
});
