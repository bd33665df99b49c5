import { describe, expect, it } from 'vitest';
import { error, info, warning } from '../../../src/core/finding.ts';
import { inStages, isAllowed, refusal } from '../../../src/core/jobs/plan.ts';

const step = (name: string) => ({ name, subject: name, hostId: null, input: {} });

describe('the stages of a plan', () => {
  it('are numbered in their order, and steps listed together share one', () => {
    const steps = inStages([step('a')], [step('b'), step('c')], [step('d')]);
    expect(steps.map(({ name, stage }) => [name, stage])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 1],
      ['d', 2],
    ]);
  });

  it('leave no gap where a stage has nothing to do', () => {
    expect(inStages([], [step('a')], [], [], [step('b')], []).map(({ stage }) => stage)).toEqual([0, 1]);
  });

  it('are none where nothing is to be done', () => {
    expect(inStages([], [])).toEqual([]);
  });
});

describe('a plan', () => {
  const plan = { steps: [], quorum: null };

  it('is allowed while nothing speaks against it, whatever else is said', () => {
    expect(isAllowed({ ...plan, findings: [] })).toBe(true);
    expect(isAllowed({ ...plan, findings: [info('i', 's', 'm'), warning('w', 's', 'm')] })).toBe(true);
  });

  it('is refused by a single error among many words', () => {
    expect(isAllowed({ ...plan, findings: [info('i', 's', 'm'), error('e', 's', 'm'), warning('w', 's', 'm')] })).toBe(
      false,
    );
  });

  it('that refuses holds its reasons and no step (invariant 3)', () => {
    const reasons = [error('e', 's', 'm')];
    expect(refusal(reasons)).toEqual({ steps: [], findings: reasons, quorum: null });
    expect(isAllowed(refusal(reasons))).toBe(false);
  });
});
