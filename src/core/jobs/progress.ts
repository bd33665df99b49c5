import { error, fail, succeed, type Result } from '../finding.ts';

/**
 * A job's progress as a state machine. A job that was taken ends `done`, `undone`, `cancelled` or `frozen`, and nothing
 * else (invariant 15): forward stage by stage; after the first failure backward through everything that was begun.
 * A `frozen` job waits for a person, who has it go on (`retried`) or put back what it changed (`undo-requested`).
 */
export type JobState = 'queued' | 'running' | 'done' | 'undone' | 'frozen' | 'cancelled';
export type StepState = 'pending' | 'running' | 'done' | 'failed' | 'undoing' | 'undone' | 'undo-failed';
export type Direction = 'forward' | 'backward';

export interface StepProgress {
  readonly position: number;
  readonly stage: number;
  readonly state: StepState;
}

export interface Progress {
  readonly state: JobState;
  readonly direction: Direction;
  readonly cancelRequested: boolean;
  readonly steps: readonly StepProgress[];
}

export type ProgressEvent =
  | { readonly kind: 'taken' }
  | {
      readonly kind: 'step-begun' | 'step-done' | 'step-failed' | 'undo-begun' | 'step-undone' | 'undo-failed';
      readonly position: number;
    }
  | { readonly kind: 'turned-back' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'cancel-requested' }
  | { readonly kind: 'halted' }
  | { readonly kind: 'retried' }
  | { readonly kind: 'undo-requested' };

export type Move =
  | { readonly kind: 'do'; readonly positions: readonly number[] }
  | { readonly kind: 'undo'; readonly positions: readonly number[] }
  | { readonly kind: 'turn-back' }
  | { readonly kind: 'end'; readonly as: 'done' | 'undone' | 'cancelled' | 'frozen' };

/** Which states a step may be in for an event to be legal, and where the event takes it. */
const STEP_MOVES: Readonly<
  Record<
    'step-begun' | 'step-done' | 'step-failed' | 'undo-begun' | 'step-undone' | 'undo-failed',
    { from: readonly StepState[]; to: StepState }
  >
> = {
  // A step that is `running` begins again when the process that ran it is gone: each step run twice equals once.
  'step-begun': { from: ['pending', 'running'], to: 'running' },
  'step-done': { from: ['running'], to: 'done' },
  'step-failed': { from: ['running'], to: 'failed' },
  // Whether a `running` or `failed` step had its effect is not known, so it is undone like one that had.
  'undo-begun': { from: ['running', 'done', 'failed', 'undoing'], to: 'undoing' },
  'step-undone': { from: ['undoing'], to: 'undone' },
  'undo-failed': { from: ['undoing'], to: 'undo-failed' },
};

const needsUndo = (step: StepProgress): boolean => ['running', 'done', 'failed', 'undoing'].includes(step.state);

/**
 * What a runner does next.
 * @returns null when there is nothing to do: the job has not been taken, or it has ended
 */
export const nextMove = (progress: Progress): Move | null => {
  if (progress.state !== 'running') return null;
  return progress.direction === 'forward' ? forward(progress) : backward(progress);
};

const forward = ({ steps, cancelRequested }: Progress): Move => {
  if (cancelRequested || steps.some((step) => step.state === 'failed')) return { kind: 'turn-back' };
  const open = steps.filter((step) => step.state !== 'done');
  if (open.length === 0) return { kind: 'end', as: 'done' };
  const stage = Math.min(...open.map((step) => step.stage));
  return { kind: 'do', positions: open.filter((step) => step.stage === stage).map((step) => step.position) };
};

const backward = ({ steps, cancelRequested }: Progress): Move => {
  if (steps.some((step) => step.state === 'undo-failed')) return { kind: 'end', as: 'frozen' };
  const begun = steps.filter(needsUndo);
  if (begun.length === 0) return { kind: 'end', as: cancelRequested ? 'cancelled' : 'undone' };
  const stage = Math.max(...begun.map((step) => step.stage));
  return { kind: 'undo', positions: begun.filter((step) => step.stage === stage).map((step) => step.position) };
};

const illegal = (progress: Progress, event: ProgressEvent) =>
  fail(
    error(
      'illegal_job_event',
      'job',
      `A job that is ${progress.state} (${progress.direction}) cannot take "${event.kind}".`,
      {
        state: progress.state,
        direction: progress.direction,
        event: event.kind,
      },
    ),
  );

/** The progress after an event; an event that cannot happen in this state is a finding, and changes nothing. */
export const advance = (progress: Progress, event: ProgressEvent): Result<Progress> => {
  switch (event.kind) {
    case 'taken':
      return progress.state === 'queued' ? succeed({ ...progress, state: 'running' }) : illegal(progress, event);
    case 'turned-back':
      return nextMove(progress)?.kind === 'turn-back'
        ? succeed({ ...progress, direction: 'backward' })
        : illegal(progress, event);
    case 'ended': {
      const move = nextMove(progress);
      return move?.kind === 'end' ? succeed({ ...progress, state: move.as }) : illegal(progress, event);
    }
    case 'cancel-requested':
      return cancel(progress, event);
    case 'halted':
      return progress.state === 'running' ? succeed({ ...progress, state: 'frozen' }) : illegal(progress, event);
    case 'retried':
      return progress.state === 'frozen' ? succeed(thawed(progress, progress.direction)) : illegal(progress, event);
    case 'undo-requested':
      return progress.state === 'frozen' ? succeed(thawed(progress, 'backward')) : illegal(progress, event);
    default:
      return moveStep(progress, event.kind, event.position, event);
  }
};

/** A queued job is cancelled at once; a running one turns back at the next border of a step, unless it already has. */
const cancel = (progress: Progress, event: ProgressEvent): Result<Progress> => {
  if (progress.state === 'queued') return succeed({ ...progress, state: 'cancelled', cancelRequested: true });
  if (progress.state !== 'running' || progress.direction === 'backward') return illegal(progress, event);
  return succeed({ ...progress, cancelRequested: true });
};

/**
 * A frozen job goes on where it stopped, in the direction that a person chose. A step that was under way when the job was
 * halted stays as it is: whether it had its effect is unknown, so it is done again, or undone like one that had.
 */
const thawed = (progress: Progress, direction: Direction): Progress => ({
  ...progress,
  state: 'running',
  direction,
  steps: progress.steps.map((step) => (step.state === 'undo-failed' ? { ...step, state: 'undoing' } : step)),
});

const moveStep = (
  progress: Progress,
  kind: keyof typeof STEP_MOVES,
  position: number,
  event: ProgressEvent,
): Result<Progress> => {
  const step = progress.steps.find((candidate) => candidate.position === position);
  const rule = STEP_MOVES[kind];
  const direction: Direction = kind.startsWith('step-') && kind !== 'step-undone' ? 'forward' : 'backward';
  if (!step || progress.state !== 'running' || progress.direction !== direction || !rule.from.includes(step.state))
    return illegal(progress, event);
  if ((kind === 'step-begun' || kind === 'undo-begun') && !isDue(progress, position)) return illegal(progress, event);
  return succeed({
    ...progress,
    steps: progress.steps.map((other) => (other === step ? { ...step, state: rule.to } : other)),
  });
};

/** No step begins before its turn. Of a stage that failed in part, the steps already under way may still end. */
const isDue = (progress: Progress, position: number): boolean => {
  const move = nextMove(progress);
  return (move?.kind === 'do' || move?.kind === 'undo') && move.positions.includes(position);
};
