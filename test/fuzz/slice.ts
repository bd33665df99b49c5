import { chanceOf, type Chance } from '../faults/chance.ts';
import { attempt, type Fault } from './attempt.ts';
import type { Target } from './target.ts';

/** An input that brought a fault to light, with all that is needed to bring it about again. */
export interface Find {
  readonly target: string;
  readonly seed: number;
  readonly index: number;
  readonly fault: Fault;
  readonly input: unknown;
}

export interface Slice {
  readonly target: Target;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
}

/** Each input has a chance of its own, so that it can be made again without all those before it. */
export const chanceFor = (target: string, seed: number, index: number): Chance => {
  let mixed = seed ^ 0x811c9dc5;
  for (const character of target) mixed = Math.imul(mixed ^ character.charCodeAt(0), 0x01000193);
  return chanceOf(Math.imul(mixed ^ index, 0x9e3779b1) ^ (index >>> 16));
};

/**
 * Gives a reader so many inputs, one after another.
 * @returns how many of them it understood
 * @param hears of each find; @param begins is told before an input is made, in case that it never ends
 */
export const runSlice = (
  { target, seed, from, count }: Slice,
  hears: (find: Find) => void,
  begins?: (index: number) => void,
): number => {
  let understood = 0;
  for (let index = from; index < from + count; index += 1) {
    begins?.(index);
    const input = target.draw(chanceFor(target.name, seed, index));
    const { taken, fault } = attempt(target, input);
    if (taken) understood += 1;
    if (fault !== null) hears({ target: target.name, seed, index, fault, input });
  }
  return understood;
};
