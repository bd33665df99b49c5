import { describe, expect, it } from 'vitest';
import { advance, nextMove, type Progress, type ProgressEvent } from '../../../src/core/jobs/progress.ts';
import { job, keyOf, legalEvents, reachable, type Shape } from './job-worlds.ts';

const MOST_STEPS = 4;
const MOST_STAGES = 3;

/** Every way to lay up to four steps into up to three stages. */
const shapesOf = (stages: number, steps: number): Shape[] => {
  if (stages === 0) return steps === 0 ? [[]] : [];
  return Array.from({ length: steps }, (_, index) => index + 1).flatMap((first) =>
    shapesOf(stages - 1, steps - first).map((rest) => [first, ...rest]),
  );
};
const SHAPES: readonly Shape[] = Array.from({ length: MOST_STEPS + 1 }, (_, steps) => steps).flatMap((steps) =>
  Array.from({ length: MOST_STAGES + 1 }, (_, stages) => stages).flatMap((stages) => shapesOf(stages, steps)),
);

const LAST = ['done', 'undone', 'cancelled'];
const isEnd = ({ state }: Progress): boolean => [...LAST, 'frozen'].includes(state);

/** A job of this shape in every state that any order of events leads to: the death of a runner is a begin again. */
const graphOf = (shape: Shape) =>
  reachable(job(shape)).map((progress) => ({ progress, key: keyOf(progress), next: legalEvents(progress) }));
const GRAPHS = SHAPES.map((shape) => ({ shape, graph: graphOf(shape) }));
const nodes = GRAPHS.flatMap(({ graph }) => graph);
const stepStates = ({ steps }: Progress) => steps.map(({ state }) => state);

const after = (progress: Progress, event: ProgressEvent): Progress => {
  const next = advance(progress, event);
  if (!next.ok) throw new Error(`${event.kind} is not legal in ${keyOf(progress)}`);
  return next.value;
};

/** Each of the states that a move of the runner can lead to, whatever becomes of each of its steps. */
const afterMove = (progress: Progress): Progress[] => {
  const move = nextMove(progress);
  if (move === null) return [];
  if (move.kind === 'turn-back') return [after(progress, { kind: 'turned-back' })];
  if (move.kind === 'end') return [after(progress, { kind: 'ended' })];
  const [begin, well, badly] =
    move.kind === 'do'
      ? (['step-begun', 'step-done', 'step-failed'] as const)
      : (['undo-begun', 'step-undone', 'undo-failed'] as const);
  const begun = move.positions.reduce((now, position) => after(now, { kind: begin, position }), progress);
  return move.positions.reduce<Progress[]>(
    (outcomes, position) =>
      outcomes.flatMap((now) => [after(now, { kind: well, position }), after(now, { kind: badly, position })]),
    [begun],
  );
};

/** The most moves that a runner makes from here to an end. Throws where it would come back to where it was. */
const movesToEnd = (progress: Progress, known: Map<string, number>, way: ReadonlySet<string>): number => {
  const key = keyOf(progress);
  const found = known.get(key);
  if (found !== undefined) return found;
  if (way.has(key)) throw new Error(`a runner goes in a circle through ${key}`);
  const next = afterMove(progress);
  const moves =
    next.length === 0 ? 0 : 1 + Math.max(...next.map((other) => movesToEnd(other, known, new Set([...way, key]))));
  known.set(key, moves);
  return moves;
};

describe('invariant 15, over every state that a job of up to 4 steps in up to 3 stages can reach', () => {
  it('looks at every such job, frozen and halted in all its states, and its runner dead in all of them', () => {
    expect(SHAPES).toHaveLength(1 + 4 + 6 + 4);
    expect(new Set(SHAPES.map((shape) => shape.join())).size).toBe(SHAPES.length);
    expect(nodes.length).toBeGreaterThan(10_000);
    const begins = nodes.flatMap(({ progress, next }) => next.map(({ event }) => ({ progress, event })));
    const again = begins.filter(
      ({ progress, event }) =>
        'position' in event && progress.steps[event.position]?.state === 'running' && event.kind === 'step-begun',
    );
    expect(again.length).toBeGreaterThan(100);
    const halted = nodes.filter(({ progress }) => progress.state === 'frozen');
    expect(new Set(halted.flatMap(({ progress }) => stepStates(progress)))).toEqual(
      new Set(['pending', 'running', 'done', 'failed', 'undoing', 'undone', 'undo-failed']),
    );
  });

  it('a job that has not ended always has a way on, and from everywhere a way to done, undone or cancelled', () => {
    expect(nodes.filter(({ progress, next }) => !isEnd(progress) && next.length === 0)).toEqual([]);
    for (const { graph } of GRAPHS) {
      const good = new Set(graph.filter(({ progress }) => LAST.includes(progress.state)).map(({ key }) => key));
      for (let before = -1; before !== good.size;) {
        before = good.size;
        for (const { key, next } of graph) if (next.some((other) => good.has(keyOf(other.next)))) good.add(key);
      }
      expect(graph.filter(({ key }) => !good.has(key))).toEqual([]);
    }
  });

  it('a frozen job goes on by retry in its direction, and by undo backward: both always', () => {
    const frozen = nodes.filter(({ progress }) => progress.state === 'frozen');
    expect(frozen.length).toBeGreaterThan(1_000);
    for (const { progress } of frozen) {
      const retried = after(progress, { kind: 'retried' });
      const undone = after(progress, { kind: 'undo-requested' });
      expect([retried.state, retried.direction]).toEqual(['running', progress.direction]);
      expect([undone.state, undone.direction]).toEqual(['running', 'backward']);
      if (progress.direction === 'backward') expect(undone).toEqual(retried);
      expect(nextMove(retried)).not.toBeNull();
      expect(nextMove(undone)).not.toBeNull();
    }
  });

  it('done means that every step is done; undone and cancelled, that nothing begun is left', () => {
    const wrong = nodes.filter(({ progress }) => {
      const states = stepStates(progress);
      if (progress.state === 'done') return states.some((state) => state !== 'done');
      return LAST.includes(progress.state) && states.some((state) => !['pending', 'undone'].includes(state));
    });
    expect(wrong).toEqual([]);
  });

  it('an end takes no event, but for the two that lead out of frozen', () => {
    const late = nodes.filter(({ progress }) => isEnd(progress));
    expect(late.filter(({ progress, next }) => LAST.includes(progress.state) && next.length > 0)).toEqual([]);
    const outOfFrozen = late.flatMap(({ next }) => next.map(({ event }) => event.kind));
    expect(new Set(outOfFrozen)).toEqual(new Set(['retried', 'undo-requested']));
  });

  it('a runner that makes each next move comes to an end within twice its stages and two moves, wherever it begins', () => {
    for (const { shape, graph } of GRAPHS) {
      const known = new Map<string, number>();
      for (const { progress } of graph.filter(({ progress: { state } }) => state === 'running'))
        expect(movesToEnd(progress, known, new Set())).toBeLessThanOrEqual(2 * shape.length + 2);
    }
  });

  it('no event but a person’s leads a frozen job on, and none at all leads a job forward that has turned back', () => {
    const changes = nodes.flatMap(({ progress, next }) => next.map((change) => ({ progress, ...change })));
    const ahead = changes.filter(
      ({ progress, next }) => progress.direction === 'backward' && next.direction === 'forward',
    );
    expect(ahead).toEqual([]);
    const halts = changes.filter(({ event }) => event.kind === 'halted');
    expect(halts.length).toBeGreaterThan(1_000);
    for (const { progress, next } of halts) expect(next).toEqual({ ...progress, state: 'frozen' });
  });
});
