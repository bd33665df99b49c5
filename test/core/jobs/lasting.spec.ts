import { describe, expect, it } from 'vitest';
import { advance, nextMove, type Progress } from '../../../src/core/jobs/progress.ts';
import { job, JOB_SHAPES, keyOf, legalEvents, reachable, walk } from './job-worlds.ts';

/** The jobs of every shape with a stage or more, the last stage of each being one that does not come back. */
const LASTING: readonly Progress[] = JOB_SHAPES.filter((shape) => shape.length > 0).map((shape) => {
  const plain = job(shape);
  return { ...plain, steps: plain.steps.map((step) => ({ ...step, lasting: step.stage === shape.length - 1 })) };
});

const states = LASTING.flatMap(reachable);
const isPastReturn = ({ steps }: Progress): boolean => steps.some((step) => step.lasting && step.state !== 'pending');
const past = states.filter(isPastReturn);

describe('a job with lasting steps, in every state that it can reach', () => {
  it('is looked at before and past the point of no return', () => {
    expect(past.length).toBeGreaterThan(100);
    expect(states.length - past.length).toBeGreaterThan(100);
  });

  it('never turns back and never undoes once a lasting step has begun (invariant 15)', () => {
    expect(past.filter((progress) => progress.direction === 'backward')).toEqual([]);
    const moves = new Set(past.map((progress) => nextMove(progress)?.kind));
    expect(moves).toEqual(new Set(['do', 'end', undefined]));
    expect(past.filter((progress) => ['undone', 'cancelled'].includes(progress.state))).toEqual([]);
  });

  it('cannot be cancelled once a lasting step has begun', () => {
    expect(past.filter((progress) => advance(progress, { kind: 'cancel-requested' }).ok)).toEqual([]);
  });

  it('leaves a lasting step alone while it turns back', () => {
    const backward = states.filter((progress) => progress.direction === 'backward');
    const touched = backward.filter(({ steps }) => steps.some((step) => step.lasting && step.state !== 'pending'));
    expect(backward.length).toBeGreaterThan(50);
    expect(touched).toEqual([]);
  });

  it('can come to an end from everywhere: done, undone, cancelled or frozen (invariant 15)', () => {
    const ends = ['done', 'undone', 'cancelled', 'frozen'];
    const leadsTo = new Map(states.map((state) => [keyOf(state), legalEvents(state).map(({ next }) => keyOf(next))]));
    const good = new Set(states.filter(({ state }) => ends.includes(state)).map(keyOf));
    for (let before = -1; before !== good.size;) {
      before = good.size;
      for (const [key, next] of leadsTo) if (next.some((other) => good.has(other))) good.add(key);
    }
    expect(states.filter((progress) => !good.has(keyOf(progress)))).toEqual([]);
  });

  it('freezes on a lasting step that fails, and retried goes on forward to done', () => {
    const [start] = LASTING;
    if (!start) throw new Error('no job');
    const frozen = walk(
      start,
      { kind: 'taken' },
      { kind: 'step-begun', position: 0 },
      { kind: 'step-failed', position: 0 },
      { kind: 'ended' },
    );
    expect(frozen.state).toBe('frozen');
    const done = walk(
      frozen,
      { kind: 'retried' },
      { kind: 'step-begun', position: 0 },
      { kind: 'step-done', position: 0 },
      { kind: 'ended' },
    );
    expect(done).toMatchObject({ state: 'done', direction: 'forward' });
  });

  it('still turns back before the first lasting step', () => {
    const two = LASTING.find(({ steps }) => steps.length === 2 && steps[0]?.lasting === false);
    if (!two) throw new Error('no job of two stages');
    const failed = walk(
      two,
      { kind: 'taken' },
      { kind: 'step-begun', position: 0 },
      { kind: 'step-failed', position: 0 },
    );
    expect(nextMove(failed)).toEqual({ kind: 'turn-back' });
  });
});
