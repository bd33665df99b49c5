/** Says how far a long step is. */
export type Progress = (line: string) => void;

/** One line per step on standard error, with the seconds since the beginning. */
export function spokenProgress(): Progress {
  const begin = performance.now();
  return (line) => {
    const seconds = ((performance.now() - begin) / 1000).toFixed(1).padStart(5);
    process.stderr.write(`[${seconds} s] ${line}\n`);
  };
}

/** For tests, which have their own words. */
export function silentProgress(): void {
  // nothing to say
}
