import type { Chance } from '../faults/chance.ts';

/**
 * A reader of bytes or text that somebody else made, and how it is put to the test. `read` is what is measured; `judge` knows the
 * same truth by another way.
 */
export interface Target<Input = unknown, Reading = unknown> {
  readonly name: string;
  /** Its share of all inputs, relative to the others: a cheap reader gets more of them. */
  readonly weight: number;
  /** Makes an input; the same for the same chance. It is text, bytes, or plain data made of text. */
  draw(chance: Chance): Input;
  /** Runs the reader. It must not throw, whatever the input is. */
  read(input: Input): Reading;
  /** Whether the reader understood its input: a run in which it never does would prove little. */
  takes(reading: Reading): boolean;
  /** @returns what is wrong with the reading, for a person; null when it says no more than the input does */
  judge(input: Input, reading: Reading): string | null;
}

/** A whole number from 0 up to but not with `limit`. */
export const below = (limit: number, chance: Chance): number => Math.floor(chance() * limit);

/** One of them; there must be some. */
export const pick = <Item>(items: readonly Item[], chance: Chance): Item => items[below(items.length, chance)] as Item;

/** The first claim that does not hold, as what is wrong; null when all hold. A claim is only asked for when those before it hold. */
export const firstLie = (...claims: readonly (readonly [claim: string, holds: () => boolean])[]): string | null =>
  claims.find(([, holds]) => !holds())?.[0] ?? null;
