import type { ColumnOptions } from 'typeorm';

/**
 * The column kinds of the schema. SQLite and PostgreSQL keep them alike: ids and times compare and sort the same on both
 * (PostgreSQL's driver hands 64-bit integers out as text, so times pass through a transformer).
 */
const asNumber = {
  to: (value: number | null | undefined) => value,
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};

const asJson = {
  to: (value: unknown) => (value === undefined ? undefined : value === null ? null : JSON.stringify(value)),
  from: (text: string | null): unknown => (text === null ? null : JSON.parse(text)),
};

/** A UUIDv7: sorts by the time it was made. */
export const id = (options: ColumnOptions = {}): ColumnOptions => ({ type: 'varchar', length: 36, ...options });
/** Milliseconds since 1970. */
export const instant = (options: ColumnOptions = {}): ColumnOptions => ({ type: 'bigint', transformer: asNumber, ...options });
export const count = (options: ColumnOptions = {}): ColumnOptions => ({ type: 'bigint', transformer: asNumber, ...options });
export const text = (options: ColumnOptions = {}): ColumnOptions => ({ type: 'text', ...options });
export const word = (options: ColumnOptions = {}): ColumnOptions => ({ type: 'varchar', length: 255, ...options });
/** A value kept as JSON text. */
export const json = (options: ColumnOptions = {}): ColumnOptions => ({ type: 'text', transformer: asJson, ...options });
export const flag = (options: ColumnOptions = {}): ColumnOptions => ({ type: 'boolean', ...options });
