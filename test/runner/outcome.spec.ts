import { describe, expect, it } from 'vitest';
import { outcomeLine, summary, type Outcome } from './outcome.ts';

const passed: Outcome = { part: 'unit', result: 'passed', seconds: 34 };
const failed: Outcome = { part: 'typecheck', result: 'failed', seconds: 7, why: 'exit code 2' };
const skipped: Outcome = { part: 'e2e', result: 'skipped', seconds: 0, why: 'The lab needs root.' };

const lastLine = (outcomes: readonly Outcome[]): string | undefined => summary(outcomes).split('\n').at(-1);

describe('The summary', () => {
  it('has a row for each part with its result, its seconds and the reason', () => {
    expect(summary([failed, passed, skipped]).split('\n')).toEqual([
      'PART       RESULT   SECONDS',
      'typecheck  FAILED         7  exit code 2',
      'unit       passed        34',
      'e2e        skipped        0  The lab needs root.',
      '',
      '1 passed, 1 failed, 1 skipped',
    ]);
  });

  it('ends with the count of parts alone on its line', () => {
    expect(lastLine([passed, passed])).toBe('2 passed, 0 failed');
    expect(lastLine([passed, failed])).toBe('1 passed, 1 failed');
    expect(lastLine([])).toBe('0 passed, 0 failed');
  });

  it('never counts what was skipped as passed', () => {
    expect(lastLine([skipped, skipped, passed])).toBe('1 passed, 0 failed, 2 skipped');
  });
});

describe('The line of a part', () => {
  it('tells how long it took', () => {
    expect(outcomeLine(passed)).toBe('unit: passed in 34 s');
  });

  it('tells why it failed or was skipped', () => {
    expect(outcomeLine(failed)).toBe('typecheck: FAILED in 7 s: exit code 2');
    expect(outcomeLine(skipped)).toBe('e2e: skipped: The lab needs root.');
  });
});
