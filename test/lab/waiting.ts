import { setTimeout as pause } from 'node:timers/promises';

/**
 * Looks every `everyMs` until `look` says true.
 * @throws Error that names `what` after `withinMs`
 */
export async function until(
  what: string,
  look: () => boolean | Promise<boolean>,
  { withinMs = 30_000, everyMs = 100 }: { withinMs?: number; everyMs?: number } = {},
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs / 1000} s in vain: ${what}`);
    await pause(everyMs);
  }
}

/** Calls `act` for every item, at most `limit` at a time; the first failure is thrown after the running ones have ended. */
export async function eachOf<Item>(
  items: readonly Item[],
  limit: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined && failures.length === 0; item = waiting.shift()) {
      await act(item).catch((failure: unknown) => failures.push(failure));
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
  if (failures.length > 0) throw failures[0];
}
