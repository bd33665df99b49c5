/** What is known of the time that cells take, from those that were run. */
export interface Timing {
  readonly fault: string;
  readonly ms: number;
}

/** What nobody has measured yet. */
const GUESS_MS = 12_000;

/**
 * How long the rest will take.
 * @param faults of the cells still to run, one entry each
 * @param seen cells that were run
 * @param lanes how many run side by side
 * @returns milliseconds
 */
export const timeLeft = (faults: readonly string[], seen: readonly Timing[], lanes: number): number => {
  const all = mean(seen.map(({ ms }) => ms)) ?? GUESS_MS;
  const byFault = Object.groupBy(seen, ({ fault }) => fault);
  const each = (fault: string): number => mean((byFault[fault] ?? []).map(({ ms }) => ms)) ?? all;
  return faults.reduce((sum, fault) => sum + each(fault), 0) / Math.max(1, lanes);
};

const mean = (numbers: readonly number[]): number | null =>
  numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** `1 h 5 min`, `3 min`, `12 s`. */
export const spoken = (ms: number): string => {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
