import type { Ledger } from './sql.ts';

type MetaValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** The queue's own fields: `paused`, `concurrency`, `max`, `duration`, `version`, `opts.maxLenEvents`. Out: one value or null per field. */
export const readMeta = (ledger: Ledger, fields: readonly string[]): (string | null)[] => {
  const all = readAllMeta(ledger);
  return fields.map((field) => all[field] ?? null);
};

export const readAllMeta = ({ sql, queue }: Ledger): Record<string, string> => {
  const rows = sql.all<{ field: string; value: string }>('SELECT field, value FROM meta WHERE queue = ?', queue);
  return Object.fromEntries(rows.map(({ field, value }) => [field, value]));
};

/** Sets fields. Out: how many. */
export const writeMeta = ({ sql, queue }: Ledger, values: MetaValues): number => {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  for (const [field, value] of known)
    sql.run(
      'INSERT INTO meta VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
      queue,
      field,
      String(value),
    );
  return known.length;
};

/** Removes fields. Out: how many there were. */
export const removeMeta = ({ sql, queue }: Ledger, fields: readonly string[]): number =>
  fields.reduce((gone, field) => gone + sql.run('DELETE FROM meta WHERE queue = ? AND field = ?', queue, field), 0);

/** What holds a queue back, as its fields say. */
export interface Restraints {
  /** Paused, or as many jobs active as the global concurrency allows: nothing may start. */
  readonly held: boolean;
  /** The global rate limit, where one is set. */
  readonly limit: RateLimit | null;
}

/** At most `max` jobs start in `duration` milliseconds. */
export interface RateLimit {
  readonly max: number;
  readonly duration: number;
}

export const restraintsOf = (ledger: Ledger): Restraints => {
  const { paused, concurrency, max, duration } = readAllMeta(ledger);
  return {
    held: paused !== undefined || (concurrency !== undefined && countActive(ledger) >= Number(concurrency)),
    limit: max === undefined ? null : { max: Number(max), duration: Number(duration ?? 0) },
  };
};

/** Whether as many jobs are active as the global concurrency allows. */
export const isMaxed = (ledger: Ledger): boolean => {
  const [concurrency] = readMeta(ledger, ['concurrency']);
  return concurrency !== null && concurrency !== undefined && countActive(ledger) >= Number(concurrency);
};

const countActive = ({ sql, queue }: Ledger): number =>
  sql.first<{ count: number }>("SELECT count(*) AS count FROM job WHERE queue = ? AND state = 'active'", queue)
    ?.count ?? 0;
