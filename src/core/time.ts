/** A moment in time: milliseconds since 1970-01-01T00:00:00Z. Its only makers are here and in `platform/clock`. */
export type Instant = number & { readonly __brand: 'Instant' };

/** Time is an argument: whoever needs to know the hour is handed a clock. */
export interface Clock {
  now(): Instant;
}

export const instant = (epochMs: number): Instant => {
  if (!Number.isSafeInteger(epochMs)) throw new RangeError(`not a whole number of milliseconds: ${epochMs}`);
  return epochMs as Instant;
};

/** Reads an ISO 8601 time with a zone; anything else is null. */
export const parseInstant = (text: string): Instant | null => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/.test(text)) return null;
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) ? null : instant(epochMs);
};

/** `2026-11-22T10:00:00.000Z` */
export const iso = (at: Instant): string => new Date(at).toISOString();

export const plus = (at: Instant, durationMs: number): Instant => instant(at + Math.round(durationMs));

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A stretch of time; `to` is exclusive. */
export interface Period {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * A calendar month in UTC.
 * @param text `2026-11`
 * @returns null where that names no month
 */
export const monthOf = (text: string): Period | null => {
  const [, year = '', month = ''] = /^([2-9]\d{3})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  if (year === '') return null;
  const begin = (index: number): Instant => instant(Date.UTC(Number(year), index, 1));
  return { from: begin(Number(month) - 1), to: begin(Number(month)) };
};

/** `2026-11`: the month that a moment lies in, in UTC. */
export const monthName = (at: Instant): string => iso(at).slice(0, 7);
