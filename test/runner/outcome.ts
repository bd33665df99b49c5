/** How a part ended. */
export interface Outcome {
  readonly part: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly seconds: number;
  /** Why it was skipped, or why it failed where its own output does not say so. */
  readonly why?: string;
}

/** `unit: passed in 34 s`, and the reason where there is one to tell. */
export const outcomeLine = ({ part, result, seconds, why }: Outcome): string =>
  `${part}: ${result === 'failed' ? 'FAILED' : result}${result === 'skipped' ? '' : ` in ${seconds} s`}${why === undefined ? '' : `: ${why}`}`;

/**
 * All outcomes as a table, and below it the count alone on the last line: `9 passed, 1 failed`, with `, 2 skipped` where
 * something was skipped.
 */
export const summary = (outcomes: readonly Outcome[]): string => {
  const width = Math.max('PART'.length, ...outcomes.map(({ part }) => part.length));
  const row = (part: string, result: string, seconds: string, why = ''): string =>
    `${part.padEnd(width)}  ${result.padEnd(7)}  ${seconds.padStart(7)}  ${why}`.trimEnd();
  const rows = outcomes.map(({ part, result, seconds, why }) =>
    row(part, result === 'failed' ? 'FAILED' : result, String(seconds), why),
  );
  return [row('PART', 'RESULT', 'SECONDS'), ...rows, '', count(outcomes)].join('\n');
};

const count = (outcomes: readonly Outcome[]): string => {
  const of = (wanted: Outcome['result']): number => outcomes.filter(({ result }) => result === wanted).length;
  const skipped = of('skipped') > 0 ? `, ${of('skipped')} skipped` : '';
  return `${of('passed')} passed, ${of('failed')} failed${skipped}`;
};
