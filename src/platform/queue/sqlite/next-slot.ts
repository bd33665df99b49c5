/** What the next run of an `every` schedule follows from; all times in milliseconds since 1970. */
export interface Pace {
  readonly every: number;
  /** The run before, or null for the first. */
  readonly previous: number | null;
  readonly now: number;
  /** How far behind the multiples of `every` the runs lie. */
  readonly offset: number;
  readonly startDate: number | undefined;
}

/**
 * The next run and the schedule's offset, by the rule of BullMQ's `getJobSchedulerEveryNextMillis`: the first run is now (or
 * at the start date, or in the next slot of a given offset), each later one a pace after the last, and runs that were missed
 * are skipped, not made up for.
 */
export const nextSlot = (pace: Pace): { run: number; offset: number } => {
  const run = Math.floor(pace.previous === null ? firstRun(pace) : laterRun(pace, pace.previous));
  const offset = pace.offset > 0 ? pace.offset : run - Math.floor(run / pace.every) * pace.every;
  return { run, offset: Math.floor(offset) };
};

const firstRun = ({ every, now, offset, startDate }: Pace): number => {
  if (startDate !== undefined) return Math.max(startDate, now);
  return offset > 0 ? slotAfter(now, every, offset) : now;
};

const laterRun = ({ every, now, offset }: Pace, previous: number): number =>
  previous + every < now ? slotAfter(now, every, offset) : previous + every;

const slotAfter = (now: number, every: number, offset: number): number => {
  const slot = Math.floor(now / every) * every + offset;
  return slot <= now ? slot + every : slot;
};
