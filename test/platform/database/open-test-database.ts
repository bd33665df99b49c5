import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Column, Entity, PrimaryColumn, Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { Database } from '../../../src/platform/database/database.ts';
import { openDatabase } from '../../../src/platform/database/open-database.ts';

/** A row that means nothing: the tests here are of the database, not of any noun. */
@Entity('notes')
export class Note {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string;

  @Column({ type: 'varchar', length: 255 })
  words!: string;
}

export class Notes1700000000000 implements MigrationInterface {
  name = 'Notes1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    const columns = [
      { name: 'id', type: 'varchar', length: '36', isPrimary: true },
      { name: 'words', type: 'varchar', length: '255' },
    ];
    await runner.createTable(new Table({ name: 'notes', columns }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('notes');
  }
}

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  readonly dataDirectory: string;
  readonly url: string | null;
}

/** Opens a database of notes: PostgreSQL at the URL, or SQLite in a new directory. */
export const openTestDatabase = async (url: string | null): Promise<TestDatabase> => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'umpire-database-'));
  const database = await openDatabase({ url, dataDirectory, entities: [Note], migrations: [Notes1700000000000] });
  return {
    database,
    dataDirectory,
    url,
    [Symbol.asyncDispose]: async () => {
      await database.close();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
};
