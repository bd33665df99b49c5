import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { randomUUIDv7 } from '../../../src/platform/crypto/random.ts';
import { changeRows, eachRow } from '../../../src/platform/database/each-row.ts';
import { insertRows } from '../../../src/platform/database/rows.ts';
import { onPostgres, PostgresServer } from '../postgres-server.ts';
import { Note, openTestDatabase, type TestDatabase } from './open-test-database.ts';

const guarantees = (open: () => Promise<TestDatabase>): void => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await open();
  });
  beforeEach(() => opened.database.write((tx) => tx.manager.clear(Note)));
  afterAll(() => opened[Symbol.asyncDispose]());

  const notes = (count: number, words: string): Note[] =>
    Array.from({ length: count }, () => ({ id: randomUUIDv7(), words }));

  it('thousands of rows go in at once, as when one arbiter concerns a thousand clusters', async () => {
    const rows = notes(2_500, 'x');
    await opened.database.write((tx) => insertRows(tx, Note, ...rows));
    expect(await opened.database.read.manager.count(Note)).toBe(rows.length);
  });

  it('of one statement for many rows and one for some it is known what they changed', async () => {
    const rows = notes(30, 'x');
    const changed = await opened.database.write(async (tx) => {
      await eachRow(
        tx,
        'INSERT INTO notes (id, words) VALUES (?, ?)',
        rows.map(({ id, words }) => [id, words]),
      );
      const one = await changeRows(tx, 'UPDATE notes SET words = ? WHERE id = ?', ['y', rows[0]?.id ?? '']);
      const others = await changeRows(tx, 'UPDATE notes SET words = ? WHERE words = ?', ['z', 'x']);
      return [one, others, await changeRows(tx, 'UPDATE notes SET words = ? WHERE words = ?', ['z', 'x'])];
    });
    expect(changed).toEqual([1, 29, 0]);
  });
};

describe('many rows in SQLite', () => guarantees(() => openTestDatabase(null)));

describe('many rows in PostgreSQL', () => {
  onPostgres(() => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start();
    });
    afterAll(() => server.stop());
    guarantees(() => openTestDatabase(server.createDatabase()));
  });
});
