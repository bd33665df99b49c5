import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/platform/database/database.ts';
import { onPostgres, PostgresServer } from '../postgres-server.ts';
import { Note, Notes1700000000000, openTestDatabase, type TestDatabase } from './open-test-database.ts';

const note = (id: string): Note => ({ id, words: `the words of ${id}` });

const idsIn = async (database: Database): Promise<string[]> =>
  (await database.read.manager.find(Note, { order: { id: 'ASC' } })).map(({ id }) => id);

/** A thing that happens when the test says so. */
const gate = () => Promise.withResolvers<void>();

const guarantees = (open: () => Promise<TestDatabase>): void => {
  let opened: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    opened = await open();
    database = opened.database;
  });

  afterEach(() => opened[Symbol.asyncDispose]());

  it('what was acknowledged stands, whatever becomes of a unit of work beside it (invariant 24)', async () => {
    const rowIsIn = gate();
    const mayFail = gate();
    const rolledBack = database.write(async (tx) => {
      await tx.manager.insert(Note, note('a'));
      rowIsIn.resolve();
      await mayFail.promise;
      throw new Error('changed its mind');
    });
    await rowIsIn.promise;
    const insert = database.write((tx) => tx.manager.insert(Note, note('b')));
    const transaction = database.write(async (tx) => {
      await tx.manager.insert(Note, note('c'));
      await tx.manager.insert(Note, note('d'));
    });
    await sleep(20);
    mayFail.resolve();
    await expect(rolledBack).rejects.toThrow('changed its mind');
    await Promise.all([insert, transaction]);
    expect(await idsIn(database)).toEqual(['b', 'c', 'd']);
  });

  it('a unit of work that fails leaves nothing, and those after it go on', async () => {
    const failing = database.write(async (tx) => {
      await tx.manager.insert(Note, note('a'));
      await tx.manager.insert(Note, note('a'));
    });
    const next = database.write((tx) => tx.manager.insert(Note, note('b')));
    await expect(failing).rejects.toThrow();
    await next;
    expect(await idsIn(database)).toEqual(['b']);
  });

  it('a hundred units of work at once, every third failing, leave exactly those that were acknowledged', async () => {
    const attempts = Array.from({ length: 100 }, async (_, index) => {
      const id = String(index).padStart(3, '0');
      await database.write(async (tx) => {
        await tx.manager.insert(Note, note(id));
        await sleep(index % 4);
        if (index % 3 === 0) throw new Error('no');
      });
      return id;
    });
    const settled = await Promise.allSettled(attempts);
    const acknowledged = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(acknowledged).toHaveLength(66);
    expect(await idsIn(database)).toEqual(acknowledged);
  });

  it('readers see only what is committed, and do not wait for a writer', async () => {
    const rowIsIn = gate();
    const mayEnd = gate();
    const writing = database.write(async (tx) => {
      await tx.manager.insert(Note, note('a'));
      rowIsIn.resolve();
      await mayEnd.promise;
    });
    await rowIsIn.promise;
    expect(await idsIn(database)).toEqual([]);
    mayEnd.resolve();
    await writing;
    expect(await idsIn(database)).toEqual(['a']);
  });

  it('a unit of work reads its own rows', async () => {
    const seen = await database.write(async (tx) => {
      await tx.manager.insert(Note, note('a'));
      return tx.manager.countBy(Note, { id: 'a' });
    });
    expect(seen).toBe(1);
  });

  it('a unit of work inside another is refused, for it would wait for itself', async () => {
    const nested = database.write(async (tx) => {
      await tx.manager.insert(Note, note('a'));
      await database.write((inner) => inner.manager.insert(Note, note('b')));
    });
    await expect(nested).rejects.toThrow('cannot begin inside another one');
    expect(await idsIn(database)).toEqual([]);
  });

  it('what waits for the commit runs after it, in order, and not at all when it fails', async () => {
    const ran: string[] = [];
    await database.write(async (tx) => {
      tx.afterCommit(() => ran.push('first'));
      tx.afterCommit(() => ran.push('second'));
      await tx.manager.insert(Note, note('a'));
      expect(ran).toEqual([]);
    });
    const failing = database.write((tx) => {
      tx.afterCommit(() => ran.push('never'));
      return Promise.reject(new Error('no'));
    });
    await expect(failing).rejects.toThrow('no');
    expect(ran).toEqual(['first', 'second']);
  });

  it('what runs after a commit may begin a unit of work of its own', async () => {
    const later = gate();
    await database.write((tx) => {
      tx.afterCommit(() => {
        void database.write((own) => own.manager.insert(Note, note('later'))).then(() => later.resolve());
      });
      return Promise.resolve();
    });
    await later.promise;
    expect(await idsIn(database)).toEqual(['later']);
  });

  it('closing waits for the unit of work that is under way', async () => {
    const beside = await open();
    const writing = beside.database.write(async (tx) => {
      await sleep(30);
      await tx.manager.insert(Note, note('a'));
      return 'written';
    });
    await sleep(5);
    const closing = beside[Symbol.asyncDispose]();
    await expect(writing).resolves.toBe('written');
    await closing;
  });

  it('answers a ping, and does not once it is closed', async () => {
    await expect(database.ping()).resolves.toBeUndefined();
    const other = await open();
    await other[Symbol.asyncDispose]();
    await expect(other.database.ping()).rejects.toThrow();
  });
};

describe('units of work in SQLite', () => {
  guarantees(() => openTestDatabase(null));

  it('commits reach the disk before they are acknowledged: WAL with synchronous=FULL (invariant 24)', async () => {
    await using opened = await openTestDatabase(null);
    const pragma = (name: string) =>
      opened.database.write(async (tx) => {
        const [row] = await tx.manager.query<Record<string, unknown>[]>(`PRAGMA ${name}`);
        return Object.values(row ?? {});
      });
    expect(await pragma('journal_mode')).toEqual(['wal']);
    expect(await pragma('synchronous')).toEqual([2]);
    expect(await pragma('foreign_keys')).toEqual([1]);
  });

  it('the readers’ connection cannot write', async () => {
    await using opened = await openTestDatabase(null);
    await expect(opened.database.read.manager.insert(Note, note('a'))).rejects.toThrow(/readonly/);
  });
});

describe('units of work in PostgreSQL', () => {
  onPostgres(() => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start();
    });
    afterAll(() => server.stop());

    guarantees(() => openTestDatabase(server.createDatabase()));

    it('commits reach the disk before they are acknowledged: synchronous_commit and fsync are on (invariant 24)', async () => {
      await using opened = await openTestDatabase(server.createDatabase());
      const shown = (name: string) => opened.database.read.manager.query<Record<string, string>[]>(`SHOW ${name}`);
      expect(await shown('synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
      expect(await shown('fsync')).toEqual([{ fsync: 'on' }]);
    });

    it('several instances may start at once on an empty database, and one of them migrates', async () => {
      const url = server.createDatabase();
      const all = await Promise.all(Array.from({ length: 4 }, () => openTestDatabase(url)));
      await all[0]?.database.write((tx) => tx.manager.insert(Note, note('a')));
      for (const opened of all) expect(await idsIn(opened.database)).toEqual(['a']);
      await Promise.all(all.map((opened) => opened[Symbol.asyncDispose]()));
    });
  });
});

describe('why writes pass one at a time in SQLite', () => {
  it('TypeORM alone loses acknowledged rows: its transactions share one connection, and one’s rollback takes the others along', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'umpire-lost-'));
    const source = new DataSource({
      type: 'better-sqlite3',
      database: join(folder, 'plain.sqlite'),
      entities: [Note],
      migrations: [Notes1700000000000],
    });
    await source.initialize();
    await source.runMigrations();
    const rowIsIn = gate();
    const mayFail = gate();
    const rolledBack = source.transaction(async (manager) => {
      await manager.insert(Note, note('a'));
      rowIsIn.resolve();
      await mayFail.promise;
      throw new Error('changed its mind');
    });
    await rowIsIn.promise;
    await source.manager.insert(Note, note('b'));
    await source.transaction((manager) => manager.insert(Note, note('c')));
    mayFail.resolve();
    await expect(rolledBack).rejects.toThrow('changed its mind');
    // Both inserts had reported success.
    expect(await source.manager.count(Note)).toBe(0);
    await source.destroy();
    rmSync(folder, { recursive: true });
  });
});
