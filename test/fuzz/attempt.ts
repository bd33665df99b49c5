import type { Target } from './target.ts';

/** No input may keep a reader busy for longer: one event loop serves all clusters. */
export const MAX_MS = 50;
/** A suspect must be slow each time: the first look may have met a garbage collection or a busy machine. */
const LOOKS = 3;

/** What a reader did wrong. */
export interface Fault {
  readonly kind: 'thrown' | 'slow' | 'untrue';
  readonly says: string;
}

/** What came of an input: whether the reader understood it, and what went wrong if anything did. */
export interface Attempt {
  readonly taken: boolean;
  readonly fault: Fault | null;
}

/** Gives one input to a reader. */
export const attempt = <Input, Reading>(target: Target<Input, Reading>, input: Input): Attempt => {
  const begun = performance.now();
  let reading: Reading;
  try {
    reading = target.read(input);
  } catch (thrown) {
    return { taken: false, fault: { kind: 'thrown', says: wordsOf(thrown) } };
  }
  const taken = target.takes(reading);
  if (performance.now() - begun > MAX_MS) {
    const ms = fastestCpuMs(() => target.read(input));
    const says = `${Math.round(ms)} ms of processor time at best`;
    if (ms > MAX_MS) return { taken, fault: { kind: 'slow', says } };
  }
  return { taken, fault: judged(target, input, reading) };
};

/** A judge that cannot even look at a reading has found something that no honest input reads as. */
const judged = <Input, Reading>(target: Target<Input, Reading>, input: Input, reading: Reading): Fault | null => {
  try {
    const lie = target.judge(input, reading);
    return lie === null ? null : { kind: 'untrue', says: lie };
  } catch (thrown) {
    return { kind: 'untrue', says: `the judge failed: ${wordsOf(thrown)}` };
  }
};

const wordsOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message).split('\n').slice(0, 4).join('\n') : String(thrown);

/** The processor time of this thread, which other work on the machine does not lengthen. */
const fastestCpuMs = (work: () => unknown): number => {
  const looks = Array.from({ length: LOOKS }, () => {
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...looks);
};
