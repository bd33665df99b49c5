import type { Fault } from './attempt.ts';
import type { Find } from './slice.ts';

/** A find as it is written to a file: one line of JSON, which needs nothing else to be tried again. */
interface WrittenFind {
  readonly target: string;
  readonly seed: number;
  readonly index: number;
  readonly fault: Fault;
  readonly input: { readonly base64: string } | { readonly value: unknown };
}

/** An input that was found once, to be given to its reader again. */
export interface Case {
  readonly target: string;
  readonly input: unknown;
  /** What it did then. */
  readonly fault: Fault;
}

/** Bytes become base64. Text stands as it is, as JSON escapes what is no character. */
export const writeFind = ({ input, ...rest }: Find): string => {
  const written: WrittenFind = {
    ...rest,
    input: input instanceof Uint8Array ? { base64: Buffer.from(input).toString('base64') } : { value: input },
  };
  return `${JSON.stringify(written)}\n`;
};

/** Reads what `writeFind` wrote, one find a line. */
export const readCases = (text: string): readonly Case[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { target, fault, input } = JSON.parse(line) as WrittenFind;
      return { target, fault, input: 'base64' in input ? Buffer.from(input.base64, 'base64') : input.value };
    });
