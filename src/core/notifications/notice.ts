import type { Instant } from '../time.ts';

/** What somebody can be told of. `test` is sent by a person's wish alone. */
export const NOTICE_EVENTS = ['alert.opened', 'alert.updated', 'alert.resolved', 'test'] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** The events that a target may choose among: a test always goes to the one that it is for. */
export const CHOSEN_EVENTS = ['alert.opened', 'alert.updated', 'alert.resolved'] as const;
export type ChosenEvent = (typeof CHOSEN_EVENTS)[number];

/** Something that people, and their ticket systems, are to be told. */
export interface Notice {
  readonly event: NoticeEvent;
  /** Whom it concerns; null for the MSP's own, such as an arbiter. */
  readonly customerId: string | null;
  readonly occurredAt: Instant;
  /** JSON, as webhooks carry it. Never a secret. */
  readonly data: Readonly<Record<string, unknown>>;
  /** One line, for e-mail. */
  readonly subject: string;
  /** Lines of plain text, for e-mail. */
  readonly text: string;
}

/** Who listens: to one customer's notices or (null) to all, to some events or (null) to all. */
export interface Listener {
  readonly customerId: string | null;
  readonly events: readonly ChosenEvent[] | null;
}

/** Whether a notice is for this listener. A notice of no customer is for those who listen to all. */
export const isFor = (notice: Pick<Notice, 'event' | 'customerId'>, { customerId, events }: Listener): boolean =>
  (customerId === null || customerId === notice.customerId) &&
  (events === null || events.some((event) => event === notice.event));
