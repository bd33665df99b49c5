import { iso } from '../time.ts';
import type { Notice } from './notice.ts';

/**
 * The body of a webhook: Standard Webhooks' `type`, `timestamp` and `data`, and `sequence`, which counts what was sent to this one
 * receiver and so tells it what is older than what it knows. Made anew for each attempt, byte for byte the same.
 */
export const payloadOf = (
  { event, occurredAt, data }: Pick<Notice, 'event' | 'occurredAt' | 'data'>,
  sequence: number,
) => JSON.stringify({ type: event, timestamp: iso(occurredAt), sequence, data });
