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

/** A kind of column; `nullable` shows in the type only where it was asked for, as primary keys demand. */
interface Kind {
  (options?: ColumnOptions & { nullable?: false }): ColumnOptions & { nullable?: false };
  (options: ColumnOptions): ColumnOptions;
}

const kind = (fixed: ColumnOptions): Kind => ((options: ColumnOptions = {}) => ({ ...fixed, ...options })) as Kind;

/** A UUIDv7: sorts by the time it was made. */
export const id = kind({ type: 'varchar', length: 36 });
/** Milliseconds since 1970. */
export const instant = kind({ type: 'bigint', transformer: asNumber });
export const count = kind({ type: 'bigint', transformer: asNumber });
export const text = kind({ type: 'text' });
export const word = kind({ type: 'varchar', length: 255 });
/** A value kept as JSON text. */
export const json = kind({ type: 'text', transformer: asJson });
export const flag = kind({ type: 'boolean' });
