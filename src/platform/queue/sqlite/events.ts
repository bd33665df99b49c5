import { readMeta } from './meta.ts';
import type { Ledger } from './sql.ts';

/** How many events a queue keeps where nothing else is said: BullMQ's own default (`streams.events.maxLen`). */
const DEFAULT_EVENTS_KEPT = 10_000;

/** Old events are removed once in so many, since each removal costs a search. */
const EVENTS_PER_TRIM = 256;

/** The most one reader gets at once. */
const EVENTS_PER_READ = 100;

export type EventFields = Readonly<Record<string, string | number>>;

/** Appends an event for those who follow the queue. Out: its id, which grows with each event. */
export const emit = (ledger: Ledger, name: string, fields: EventFields = {}): string => {
  const id = ledger.sql.insert(
    'INSERT INTO event (queue, name, fields) VALUES (?, ?, ?)',
    ledger.queue,
    name,
    JSON.stringify(fields),
  );
  if (id % EVENTS_PER_TRIM === 0) trimEvents(ledger, eventsKept(ledger));
  return String(id);
};

/** Removes all but the newest `keep` events. Out: how many were removed. */
export const trimEvents = ({ sql, queue }: Ledger, keep: number): number => {
  const newestToGo = sql.first<{ id: number }>(
    'SELECT id FROM event WHERE queue = ? ORDER BY id DESC LIMIT 1 OFFSET ?',
    queue,
    keep,
  );
  if (newestToGo === undefined) return 0;
  return sql.run('DELETE FROM event WHERE queue = ? AND id <= ?', queue, newestToGo.id);
};

const eventsKept = (ledger: Ledger): number => {
  const [kept] = readMeta(ledger, ['opts.maxLenEvents']);
  return kept === null || kept === undefined ? DEFAULT_EVENTS_KEPT : Number(kept);
};

/** The id of the last event that any queue ever emitted into this file; 0 before the first. */
export const lastEventId = ({ sql }: Ledger): number =>
  sql.first<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'event'")?.seq ?? 0;

/**
 * The events after `cursor`, in the shape of a Redis stream's entries: `[id, [field, value, …]]`.
 * A cursor from a file that has since been deleted lies beyond the last event; then the new file is read from its start.
 */
export const eventsAfter = (ledger: Ledger, cursor: number): [string, string[]][] => {
  const after = cursor > lastEventId(ledger) ? 0 : cursor;
  const rows = ledger.sql.all<{ id: number; name: string; fields: string }>(
    `SELECT id, name, fields FROM event WHERE queue = ? AND id > ? ORDER BY id LIMIT ${EVENTS_PER_READ}`,
    ledger.queue,
    after,
  );
  return rows.map(({ id, name, fields }) => [String(id), ['event', name, ...flatten(fields)]]);
};

const flatten = (fields: string): string[] =>
  Object.entries(JSON.parse(fields) as EventFields).flatMap(([field, value]) => [field, String(value)]);
