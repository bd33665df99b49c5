import { advance, type Progress, type ProgressEvent } from '../../../src/core/jobs/progress.ts';

/** How many steps each stage of a job has. */
export type Shape = readonly number[];

/** Every job of up to three stages with one or two steps each, and the one that has nothing to do. */
export const JOB_SHAPES: readonly Shape[] = [
  [],
  ...[1, 2].map((first) => [first]),
  ...[1, 2].flatMap((first) => [1, 2].map((second) => [first, second])),
  ...[1, 2].flatMap((first) => [1, 2].flatMap((second) => [1, 2].map((third) => [first, second, third]))),
];

/** A job of this shape as it is put on record. */
export const job = (shape: Shape): Progress => ({
  state: 'queued',
  direction: 'forward',
  cancelRequested: false,
  steps: shape
    .flatMap((count, stage) => Array.from({ length: count }, () => stage))
    .map((stage, position) => ({ position, stage, state: 'pending' })),
});

export const keyOf = ({ state, direction, cancelRequested, steps }: Progress): string =>
  [state, direction, cancelRequested, ...steps.map((step) => step.state)].join();

const STEP_EVENTS = ['step-begun', 'step-done', 'step-failed', 'undo-begun', 'step-undone', 'undo-failed'] as const;
const JOB_EVENTS = [
  ...(['taken', 'turned-back', 'ended', 'cancel-requested'] as const),
  ...(['halted', 'retried', 'undo-requested'] as const),
];

/** Every event there is for a job with these steps, legal now or not. */
export const everyEvent = ({ steps }: Progress): ProgressEvent[] => [
  ...JOB_EVENTS.map((kind) => ({ kind })),
  ...steps.flatMap(({ position }) => STEP_EVENTS.map((kind) => ({ kind, position }))),
];

/** Every event that a job takes in this state, with what becomes of it. */
export const legalEvents = (progress: Progress): { readonly event: ProgressEvent; readonly next: Progress }[] =>
  everyEvent(progress).flatMap((event) => {
    const next = advance(progress, event);
    return next.ok ? [{ event, next: next.value }] : [];
  });

/** Every state that can come of this one, itself included. */
export const reachable = (start: Progress): readonly Progress[] => {
  const found = new Map([[keyOf(start), start]]);
  // A map hands out what is added while it is walked, so this ends when nothing new is found.
  for (const progress of found.values())
    for (const { next } of legalEvents(progress)) if (!found.has(keyOf(next))) found.set(keyOf(next), next);
  return [...found.values()];
};

/** The state after these events, each of which must be legal. */
export const walk = (start: Progress, ...events: readonly ProgressEvent[]): Progress =>
  events.reduce((progress, event) => {
    const next = advance(progress, event);
    if (!next.ok) throw new Error(`${event.kind} is not legal in ${keyOf(progress)}`);
    return next.value;
  }, start);
