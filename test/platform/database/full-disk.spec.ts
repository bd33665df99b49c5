import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SharedCommit } from '../../../src/platform/database/shared-commit.ts';
import { Note, Notes1700000000000 } from './open-test-database.ts';

type Refusal = 'taken back' | 'left open';

describe('A full disk', () => {
  let folder: string;
  let source: DataSource;
  let shared: SharedCommit;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'umpire-full-'));
    const database = join(folder, 'umpire.sqlite');
    source = new DataSource({ type: 'better-sqlite3', database, entities: [Note], migrations: [Notes1700000000000] });
    await source.initialize();
    await source.runMigrations();
    shared = new SharedCommit(source);
  });
  afterEach(async () => {
    await source.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (id: string) => shared.pass((manager) => manager.insert(Note, { id, words: 'few' }));

  /** Commits for which there is no room: SQLite takes all of it back by itself, or leaves that to us, and says why. */
  const fill = (commits: readonly Refusal[]): void => {
    const runner = source.createQueryRunner();
    const query = runner.query.bind(runner);
    const left = [...commits];
    let outermost = '';
    runner.query = async (sql: string, ...rest: []) => {
      // A savepoint outside of any transaction begins one, and its release is the commit (sqlite.org/lang_savepoint.html).
      if (sql.startsWith('BEGIN')) outermost = 'COMMIT';
      if (sql.startsWith('SAVEPOINT') && outermost === '') outermost = `RELEASE ${sql}`;
      if (sql !== outermost) return query(sql, ...rest);
      outermost = '';
      const refusal = left.shift();
      if (refusal === undefined) return query(sql, ...rest);
      if (refusal === 'taken back') await query('ROLLBACK');
      throw new Error('database or disk is full');
    };
  };

  const idsOnDisk = (): unknown[] => {
    const other = new Sqlite(join(folder, 'umpire.sqlite'), { readonly: true });
    try {
      return other.prepare('SELECT id FROM notes ORDER BY id').pluck().all();
    } finally {
      other.close();
    }
  };

  it.each<{ refusals: readonly Refusal[] }>([
    { refusals: ['taken back'] },
    { refusals: ['left open'] },
    { refusals: ['taken back', 'left open'] },
    { refusals: ['taken back', 'taken back', 'left open'] },
  ])(
    'refuses a commit ($refusals), and what is acknowledged afterwards is durable (invariant 24)',
    async ({ refusals }) => {
      await write('before');
      fill(refusals);
      for (const [time] of refusals.entries()) await expect(write(`lost ${time}`)).rejects.toThrow(/full/);
      await write('one');
      await Promise.all([write('three'), write('two')]);
      expect(idsOnDisk()).toEqual(['before', 'one', 'three', 'two']);
    },
  );
});
