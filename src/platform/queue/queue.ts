import type { Finding, Result } from '../../core/finding.ts';

/** What a processor is told beside the id. */
export interface WorkContext {
  /** True for a beat of `every`, false for a wake. */
  readonly beat: boolean;
  /**
   * Aborted when the work must end early: the service is stopping, or the queue's lock on it was lost and another worker may
   * begin it. Finish the step in hand, write it to the journal, and return; `signal.reason` is a {@link Finding}.
   */
  readonly signal: AbortSignal;
}

/** `done`, or: wake me again in so many milliseconds. */
export type WorkOutcome = 'done' | { readonly againInMs: number };

/** Who does the work of one name. Whatever it needs to know it reads by the id: the queue carries no data. */
export interface WorkProcessor {
  readonly name: string;
  /** How many ids this process works on at once. */
  readonly concurrency: number;
  /**
   * Does what is to be done for `id` now. In one process it never runs twice at once for one id; across processes it may
   * (a lock of the queue is no fence), and after a crash it runs again: the journal's lease and steps must bear both.
   */
  process(id: string, context: WorkContext): Promise<WorkOutcome>;
}

/** How many ids of a name are in the queue. */
export interface WorkCounts {
  readonly name: string;
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
}

/**
 * The queue as features see it: it wakes work, and remembers nothing that matters. What is to be done stands in the main
 * database; a wake that is lost with the queue is made good by whoever sweeps the journal. Only names and ids pass through
 * it, never data or secrets. Nothing here throws or hangs when the queue is away: it fails within seconds with a
 * `queue_unavailable` finding.
 */
export abstract class WorkQueue {
  /** Says who works on a name. To be called before the application has started. */
  abstract register(processor: WorkProcessor): void;

  /**
   * Has `id` worked on, now or in `delayMs`. Wakes for one id melt into one: of several immediate ones one remains, of several
   * delayed ones the earliest. A wake that comes while the id is being worked on has it worked on once more afterwards.
   */
  abstract wake(name: string, id: string, options?: { readonly delayMs?: number }): Promise<Result<void>>;

  /**
   * Has `id` worked on every so many milliseconds from now on, across restarts, until `cancel`; the first time
   * within one period, at a moment that its id decides, so that many ids are spread over it. A beat that falls due while the
   * id is being worked on is left out. If the queue is away, or loses the schedule, it is set again when it is back.
   */
  abstract every(name: string, id: string, everyMs: number): Promise<Result<void>>;

  /** Ends what `every` began. */
  abstract cancel(name: string, id: string): Promise<Result<void>>;

  /** Whether the queue answers. */
  abstract ping(): Promise<Result<void>>;

  /** How full the queue is, for each name this process knows. */
  abstract counts(): Promise<Result<readonly WorkCounts[]>>;
}

/** Where the queue says what went wrong while nobody was asking. */
export type QueueReport = (finding: Finding) => void;
