import { describe, test as plain, type TestAPI } from 'vitest';
import { adding } from './conformance/adding.ts';
import { administration } from './conformance/administration.ts';
import { crashing } from './conformance/crashing.ts';
import { following } from './conformance/following.ts';
import { scheduling } from './conformance/scheduling.ts';
import { taking } from './conformance/taking.ts';
import { waking } from './conformance/waking.ts';
import type { Store } from './store.ts';

/** A test that is given a store of its own. */
export type StoreTest = TestAPI<{ store: Store }>;

/**
 * What every store of the queue must guarantee: one list, over SQLite and over Redis. Most of it is waiting, so several
 * tests wait at once.
 */
export const conformance = (open: () => Promise<Store>): void => {
  const it: StoreTest = plain.extend<{ store: Store }>({
    // Vitest reads from the pattern which fixtures a fixture needs: this one needs none.
    store: async ({}, use) => {
      const store = await open();
      await use(store);
      await store.end();
    },
  });
  const each = { adding, taking, crashing, scheduling, administration, following, waking };
  for (const [theme, guarantees] of Object.entries(each))
    describe(theme, { concurrent: true, timeout: 30_000 }, () => guarantees(it));
};
