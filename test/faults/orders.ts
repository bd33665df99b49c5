import type { Moment, Way } from './cell.ts';

/** A moment of a step, as the service's journal names it. */
export interface Point {
  readonly way: Way;
  readonly step: string;
  readonly subject: string;
  readonly moment: Moment;
}

/** What the harness asks of the service under test; each order is answered by its number. */
export type Order =
  /** Forgets every order before this one. */
  | { readonly kind: 'forget' }
  /** At this point, once: die by kill -9, or stop and report. */
  | { readonly kind: 'stop-at'; readonly point: Point; readonly then: 'die' | 'wait' }
  /** Goes on from where it stopped. */
  | { readonly kind: 'go-on' }
  /** Lets the last step of a job fail after its effect, so that everything is undone. */
  | { readonly kind: 'fail-last' }
  /** Runs the work of this step twice in a row, each time. */
  | { readonly kind: 'run-twice'; readonly step: string; readonly way: Way }
  /** Delivers a job twice more while it runs: by the queue, and by two runners at once. */
  | { readonly kind: 'deliver-twice'; readonly jobId: string };

export type Numbered = Order & { readonly number: number };

export type Report =
  | { readonly kind: 'obeyed'; readonly number: number }
  /** It stands at the point where it was to stop. */
  | { readonly kind: 'reached' };
