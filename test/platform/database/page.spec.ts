import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Database } from '../../../src/platform/database/database.ts';
import { findPage, type Page } from '../../../src/platform/database/page.ts';
import { randomUUIDv7 } from '../../../src/platform/crypto/random.ts';
import { onPostgres, PostgresServer } from '../postgres-server.ts';
import { Note, openTestDatabase, type TestDatabase } from './open-test-database.ts';

/** In the order of creation: within one millisecond the ids of RFC 9562 stand in any order. */
const newIds = (howMany: number): string[] => Array.from({ length: howMany }, () => randomUUIDv7()).sort();

const insert = (database: Database, id: string) => database.write((tx) => tx.manager.insert(Note, { id, words: '' }));

/** Reads all pages, with something happening between one and the next. */
const walk = async (database: Database, limit: number, between: () => Promise<unknown>): Promise<string[]> => {
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const page: Page<Note> = await findPage(database.read.manager, Note, {}, { limit, after });
    seen.push(...page.items.map(({ id }) => id));
    after = page.next;
    await between();
  } while (after !== null);
  return seen;
};

const guarantees = (open: () => Promise<TestDatabase>): void => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await open();
  });
  beforeEach(() => opened.database.write((tx) => tx.manager.clear(Note)));
  afterAll(() => opened[Symbol.asyncDispose]());

  it('every row comes once, newest first, whatever the page size', async () => {
    const ids = newIds(23);
    for (const id of ids) await insert(opened.database, id);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (limit) => {
        expect(await walk(opened.database, limit, () => Promise.resolve())).toEqual(ids.toReversed());
      }),
      { numRuns: 30 },
    );
  });

  it('rows that arrive meanwhile neither hide nor repeat one that was there', async () => {
    const ids = newIds(10);
    for (const id of ids) await insert(opened.database, id);
    const seen = await walk(opened.database, 3, () => insert(opened.database, randomUUIDv7()));
    expect(seen.filter((id) => ids.includes(id))).toEqual(ids.toReversed());
  });

  it('rows that go meanwhile hide no other', async () => {
    const ids = newIds(9);
    for (const id of ids) await insert(opened.database, id);
    const newestFirst = ids.toReversed();
    // The very row that the second page goes on after disappears.
    let pages = 0;
    const seen = await walk(opened.database, 3, async () => {
      pages += 1;
      if (pages === 1) await opened.database.write((tx) => tx.manager.delete(Note, { id: newestFirst[2] ?? '' }));
    });
    expect(seen).toEqual(newestFirst);
  });

  it('the last page says that it is the last, also when it is full or empty', async () => {
    const first = () => findPage(opened.database.read.manager, Note, {}, { limit: 2, after: null });
    expect(await first()).toEqual({ items: [], next: null });
    await insert(opened.database, randomUUIDv7());
    await insert(opened.database, randomUUIDv7());
    expect((await first()).next).toBeNull();
    await insert(opened.database, randomUUIDv7());
    expect((await first()).next).not.toBeNull();
  });
};

describe('pages in SQLite', () => guarantees(() => openTestDatabase(null)));

describe('pages in PostgreSQL', () => {
  onPostgres(() => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start();
    });
    afterAll(() => server.stop());
    guarantees(() => openTestDatabase(server.createDatabase()));
  });
});
