import { describe, expect, it } from 'vitest';
import { advance, nextMove, type Move, type Progress, type ProgressEvent } from '../../../src/core/jobs/progress.ts';
import { everyEvent, job, JOB_SHAPES, keyOf, legalEvents, reachable, walk } from './job-worlds.ts';

const ENDS = ['done', 'undone', 'cancelled', 'frozen'];
const stepStates = (progress: Progress) => progress.steps.map((step) => step.state);
const states = JOB_SHAPES.flatMap((shape) => reachable(job(shape)));
const changes = states.flatMap((progress) => legalEvents(progress).map((change) => ({ progress, ...change })));

/** States from which a job that nobody interferes with any more can still come to an end. */
const canEnd = (all: readonly Progress[]): ReadonlySet<string> => {
  const leadsTo = new Map(
    all.map((progress) => [keyOf(progress), legalEvents(progress).map(({ next }) => keyOf(next))]),
  );
  const good = new Set(all.filter((progress) => ENDS.includes(progress.state)).map(keyOf));
  for (let before = -1; before !== good.size;) {
    before = good.size;
    for (const [key, next] of leadsTo) if (next.some((other) => good.has(other))) good.add(key);
  }
  return good;
};

describe('every job of up to three stages with up to two steps each, in every state that it can reach', () => {
  it('is looked at: thousands of states, each of the six kinds among them', () => {
    expect(JOB_SHAPES).toHaveLength(1 + 2 + 4 + 8);
    expect(states.length).toBeGreaterThan(4_000);
    expect(new Set(states.map((progress) => progress.state))).toEqual(new Set(['queued', 'running', ...ENDS]));
  });

  it('has a way to done, undone, cancelled or frozen, and knows no other end (invariant 15)', () => {
    for (const shape of JOB_SHAPES) {
      const all = reachable(job(shape));
      const good = canEnd(all);
      expect(all.filter((progress) => !good.has(keyOf(progress)))).toEqual([]);
    }
  });

  it('has a next move exactly while it runs', () => {
    expect(states.filter((progress) => (nextMove(progress) !== null) !== (progress.state === 'running'))).toEqual([]);
  });

  it('takes each event of its next move, so that a runner that follows the moves never stands still', () => {
    const stuck = states.filter((progress) => {
      const events = eventsOf(nextMove(progress));
      return (
        progress.state === 'running' && (events.length === 0 || !events.every((event) => advance(progress, event).ok))
      );
    });
    expect(stuck).toEqual([]);
  });

  it('begins no step before all steps of the stages before it are done', () => {
    const begun = changes.filter(({ event }) => event.kind === 'step-begun');
    const tooSoon = begun.filter(
      ({ progress, event }) =>
        progress.direction === 'backward' ||
        progress.steps.some((step) => step.stage < stageOf(progress, event) && step.state !== 'done'),
    );
    expect(begun.length).toBeGreaterThan(100);
    expect(tooSoon).toEqual([]);
  });

  it('undoes no step before all steps of the stages after it are undone or were never begun', () => {
    const begun = changes.filter(({ event }) => event.kind === 'undo-begun');
    const tooSoon = begun.filter(
      ({ progress, event }) =>
        progress.direction === 'forward' ||
        progress.steps.some(
          (step) => step.stage > stageOf(progress, event) && !['undone', 'pending'].includes(step.state),
        ),
    );
    expect(begun.length).toBeGreaterThan(100);
    expect(tooSoon).toEqual([]);
  });

  it('begins nothing more once a step has failed or its end was asked for', () => {
    const begun = changes.filter(({ event }) => event.kind === 'step-begun');
    const late = begun.filter(({ progress }) => progress.cancelRequested || stepStates(progress).includes('failed'));
    expect(late).toEqual([]);
  });

  it('never goes forward again after it has turned back', () => {
    const turnedAgain = changes.filter(
      ({ progress, next }) => progress.direction === 'backward' && next.direction === 'forward',
    );
    expect(turnedAgain).toEqual([]);
  });

  it('is done only with every step done, and neither undone nor cancelled with anything left to undo', () => {
    const may: Partial<Record<Progress['state'], readonly string[]>> = {
      done: ['done'],
      undone: ['undone', 'pending'],
      cancelled: ['undone', 'pending'],
    };
    const wrong = states.filter((progress) => {
      const allowed = may[progress.state];
      return allowed !== undefined && !stepStates(progress).every((state) => allowed.includes(state));
    });
    expect(wrong).toEqual([]);
  });

  it('freezes by itself only where an undo has failed, and else only when it is halted', () => {
    const freezing = changes.filter(({ progress, next }) => progress.state !== 'frozen' && next.state === 'frozen');
    const byItself = freezing.filter(({ event }) => event.kind !== 'halted');
    expect(byItself.length).toBeGreaterThan(100);
    expect(byItself.filter(({ next }) => !stepStates(next).includes('undo-failed'))).toEqual([]);
    expect(new Set(byItself.map(({ event }) => event.kind))).toEqual(new Set(['ended']));
  });

  it('ends cancelled only when somebody asked for it, and undone only when nobody did', () => {
    expect(states.filter(({ state, cancelRequested }) => state === 'cancelled' && !cancelRequested)).toEqual([]);
    expect(states.filter(({ state, cancelRequested }) => state === 'undone' && cancelRequested)).toEqual([]);
  });

  it('takes only the events that are its own; any other is a finding, and changes nothing', () => {
    const before = structuredClone(states);
    const answers = states.flatMap((progress) =>
      everyEvent(progress).map((event) => ({ event, next: advance(progress, event) })),
    );
    const refused = answers.filter(({ next }) => !next.ok);
    const unexplained = refused.filter(
      ({ event, next: { findings } }) =>
        findings[0]?.code !== 'illegal_job_event' || findings[0].params['event'] !== event.kind,
    );
    expect(refused.length).toBeGreaterThan(10 * states.length);
    expect(unexplained).toEqual([]);
    expect(states).toEqual(before);
  });

  it('takes no event of a step that it does not have', () => {
    const unknown = states.flatMap((progress) =>
      everyEvent({ ...progress, steps: [{ position: 99, stage: 0, state: 'pending' }] }).filter(
        (event) => 'position' in event && advance(progress, event).ok,
      ),
    );
    expect(unknown).toEqual([]);
  });

  it('takes nothing more once it has ended, but for what a person has a frozen one do', () => {
    const late = changes.filter(({ progress }) => ENDS.includes(progress.state));
    expect(late.length).toBeGreaterThan(100);
    expect(new Set(late.map(({ progress, event }) => `${progress.state} ${event.kind}`))).toEqual(
      new Set(['frozen retried', 'frozen undo-requested']),
    );
  });
});

/** The events by which a runner makes a move. */
const eventsOf = (move: Move | null): ProgressEvent[] => {
  if (move === null) return [];
  if (move.kind === 'turn-back') return [{ kind: 'turned-back' }];
  if (move.kind === 'end') return [{ kind: 'ended' }];
  return move.positions.map((position) => ({ kind: move.kind === 'do' ? 'step-begun' : 'undo-begun', position }));
};

const stageOf = (progress: Progress, event: ProgressEvent): number => {
  if (!('position' in event)) throw new Error(`${event.kind} is no event of a step`);
  const step = progress.steps.find((candidate) => candidate.position === event.position);
  if (!step) throw new Error(`no step ${event.position}`);
  return step.stage;
};

const step = (kind: Extract<ProgressEvent, { position: number }>['kind'], position: number): ProgressEvent => ({
  kind,
  position,
});
const did = (position: number) => [step('step-begun', position), step('step-done', position)];
const undid = (position: number) => [step('undo-begun', position), step('step-undone', position)];
const taken: ProgressEvent = { kind: 'taken' };
const turnedBack: ProgressEvent = { kind: 'turned-back' };
const ended: ProgressEvent = { kind: 'ended' };
const cancel: ProgressEvent = { kind: 'cancel-requested' };

describe('a job that goes well', () => {
  it('runs the steps of one stage side by side, and the stages one after the other, to done', () => {
    const begun = walk(job([1, 2, 1]), taken);
    expect(nextMove(begun)).toEqual({ kind: 'do', positions: [0] });
    const second = walk(begun, ...did(0));
    expect(nextMove(second)).toEqual({ kind: 'do', positions: [1, 2] });
    const half = walk(second, step('step-begun', 1), step('step-begun', 2), step('step-done', 2));
    expect(nextMove(half)).toEqual({ kind: 'do', positions: [1] });
    const last = walk(half, step('step-done', 1), ...did(3));
    expect(nextMove(last)).toEqual({ kind: 'end', as: 'done' });
    expect(walk(last, ended).state).toBe('done');
  });

  it('is done at once where there is nothing to do', () => {
    expect(walk(job([]), taken, ended).state).toBe('done');
  });

  it('begins a step again that was under way when its runner died (invariant 8)', () => {
    const died = walk(job([1]), taken, step('step-begun', 0));
    expect(nextMove(died)).toEqual({ kind: 'do', positions: [0] });
    expect(walk(died, ...did(0), ended).state).toBe('done');
  });
});

describe('a job of which a step fails', () => {
  const failed = walk(
    job([1, 2]),
    taken,
    ...did(0),
    step('step-begun', 1),
    step('step-begun', 2),
    step('step-failed', 1),
  );

  it('turns back, yet lets the other steps of the stage come to their end', () => {
    expect(nextMove(failed)).toEqual({ kind: 'turn-back' });
    expect(stepStates(walk(failed, step('step-done', 2)))).toEqual(['done', 'failed', 'done']);
  });

  it('undoes all that was begun, the last stage first, the failed step among it, and ends undone', () => {
    const back = walk(failed, step('step-done', 2), turnedBack);
    expect(nextMove(back)).toEqual({ kind: 'undo', positions: [1, 2] });
    const first = walk(back, ...undid(2), ...undid(1));
    expect(nextMove(first)).toEqual({ kind: 'undo', positions: [0] });
    expect(walk(first, ...undid(0), ended).state).toBe('undone');
  });

  it('undoes a step as well whose effect nobody knows of, because its runner died', () => {
    const back = walk(failed, turnedBack);
    expect(stepStates(back)).toEqual(['done', 'failed', 'running']);
    expect(nextMove(back)).toEqual({ kind: 'undo', positions: [1, 2] });
  });

  it('leaves alone what was never begun', () => {
    const back = walk(
      job([1, 1]),
      taken,
      step('step-begun', 0),
      step('step-failed', 0),
      turnedBack,
      ...undid(0),
      ended,
    );
    expect(stepStates(back)).toEqual(['undone', 'pending']);
  });
});

describe('a job of which an undo fails', () => {
  const back = walk(job([1, 1]), taken, ...did(0), step('step-begun', 1), step('step-failed', 1), turnedBack);
  const frozen = walk(back, step('undo-begun', 1), step('undo-failed', 1), ended);

  it('freezes, and undoes nothing that lies before what could not be undone', () => {
    expect(frozen.state).toBe('frozen');
    expect(stepStates(frozen)).toEqual(['done', 'undo-failed']);
  });

  it('goes on undoing, when retried, from where it stopped, to undone', () => {
    const thawed = walk(frozen, { kind: 'retried' });
    expect(nextMove(thawed)).toEqual({ kind: 'undo', positions: [1] });
    expect(walk(thawed, ...undid(1), ...undid(0), ended).state).toBe('undone');
  });

  it('freezes again when the same undo fails again, as often as it does', () => {
    const again = walk(frozen, { kind: 'retried' }, step('undo-begun', 1), step('undo-failed', 1), ended);
    expect(again).toEqual(frozen);
  });

  it('cannot be cancelled while frozen or undoing', () => {
    expect(advance(frozen, cancel).ok).toBe(false);
    expect(advance(back, cancel).ok).toBe(false);
  });
});

describe('a job whose end is asked for', () => {
  it('is cancelled at once while it is queued', () => {
    expect(walk(job([1]), cancel).state).toBe('cancelled');
  });

  it.each([
    ['before its first step', [], ['pending', 'pending']],
    ['in the middle of a step', [step('step-begun', 0)], ['undone', 'pending']],
    ['between two steps', did(0), ['undone', 'pending']],
    ['in its last step', [...did(0), step('step-begun', 1)], ['undone', 'undone']],
    ['after its last step', [...did(0), ...did(1)], ['undone', 'undone']],
  ])('%s turns back, undoes what it did, and ends cancelled', (_, events, left) => {
    const asked = walk(job([1, 1]), taken, ...events, cancel);
    expect(nextMove(asked)).toEqual({ kind: 'turn-back' });
    const begun = asked.steps.filter(({ state }) => state !== 'pending').map(({ position }) => position);
    const end = walk(asked, turnedBack, ...begun.toReversed().flatMap(undid), ended);
    expect(end.state).toBe('cancelled');
    expect(stepStates(end)).toEqual(left);
  });

  it('lets a step that is under way write down what became of it first', () => {
    const asked = walk(job([1, 1]), taken, step('step-begun', 0), cancel);
    expect(advance(asked, step('step-done', 0)).ok).toBe(true);
    expect(advance(asked, step('step-failed', 0)).ok).toBe(true);
  });

  it('may be asked twice', () => {
    const asked = walk(job([1]), taken, cancel);
    expect(walk(asked, cancel)).toEqual(asked);
  });

  it('still freezes when what it did cannot be undone', () => {
    const events = [...did(0), cancel, turnedBack, step('undo-begun', 0), step('undo-failed', 0), ended];
    expect(walk(job([1]), taken, ...events).state).toBe('frozen');
  });
});

describe('a job that is halted', () => {
  const halt: ProgressEvent = { kind: 'halted' };
  const retry: ProgressEvent = { kind: 'retried' };
  const undo: ProgressEvent = { kind: 'undo-requested' };
  const forward = walk(job([1, 2, 1]), taken, ...did(0), step('step-begun', 1), step('step-begun', 2), halt);
  const failed = walk(job([1, 1]), taken, ...did(0), step('step-begun', 1), step('step-failed', 1));
  const backward = walk(failed, turnedBack, step('undo-begun', 1), halt);

  it('is frozen in its direction, its steps left as they were: whether they had their effect is unknown', () => {
    expect([forward.state, forward.direction, stepStates(forward)]).toEqual([
      'frozen',
      'forward',
      ['done', 'running', 'running', 'pending'],
    ]);
    expect([backward.state, backward.direction, stepStates(backward)]).toEqual([
      'frozen',
      'backward',
      ['done', 'undoing'],
    ]);
  });

  it('retried, does again what was under way and goes on to done', () => {
    const on = walk(forward, retry);
    expect(nextMove(on)).toEqual({ kind: 'do', positions: [1, 2] });
    expect(walk(on, ...did(1), ...did(2), ...did(3), ended).state).toBe('done');
  });

  it('told to undo, puts back all that was begun, what was under way among it, and ends undone', () => {
    const back = walk(forward, undo);
    expect(nextMove(back)).toEqual({ kind: 'undo', positions: [1, 2] });
    const end = walk(back, ...undid(2), ...undid(1), ...undid(0), ended);
    expect([end.state, stepStates(end)]).toEqual(['undone', ['undone', 'undone', 'undone', 'pending']]);
  });

  it('while it was undoing goes on undoing, whether retried or told to undo', () => {
    expect(walk(backward, retry)).toEqual(walk(backward, undo));
    expect(nextMove(walk(backward, undo))).toEqual({ kind: 'undo', positions: [1] });
  });

  it('before its first step has nothing to undo', () => {
    expect(walk(job([1]), taken, halt, undo, ended)).toMatchObject({ state: 'undone', steps: [{ state: 'pending' }] });
  });

  it('cannot be cancelled while frozen, and remembers that somebody had asked for its end', () => {
    expect(advance(forward, cancel).ok).toBe(false);
    const asked = walk(job([1]), taken, step('step-begun', 0), cancel, halt, retry);
    expect(nextMove(asked)).toEqual({ kind: 'turn-back' });
  });

  it('is not halted before it is taken, nor after it has ended', () => {
    expect(advance(job([1]), halt).ok).toBe(false);
    expect(advance(walk(job([]), taken, ended), halt).ok).toBe(false);
  });
});
