import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions, type EntityTarget, type MixedList, type ObjectLiteral } from 'typeorm';
import { Database, type DataSources } from './database.ts';

type Entities = readonly EntityTarget<ObjectLiteral>[];
type Migrations = readonly (new () => unknown)[];

export interface DatabaseOptions {
  /** `postgres://…`, or null for SQLite in the data directory. */
  readonly url: string | null;
  readonly dataDirectory: string;
  readonly entities: Entities;
  readonly migrations: Migrations;
}

/** Opens the database, brings its schema up to date, and hands it over. */
export const openDatabase = async (options: DatabaseOptions): Promise<Database> => {
  const sources = options.url === null ? await openSqlite(options) : await openPostgres(options, options.url);
  return new Database(sources);
};

const schema = (
  options: DatabaseOptions,
): Pick<DataSourceOptions, 'entities' | 'migrations' | 'migrationsTransactionMode'> => ({
  entities: options.entities as unknown as MixedList<string>,
  migrations: options.migrations as unknown as MixedList<string>,
  migrationsTransactionMode: 'each',
});

interface Pragmas {
  pragma(statement: string): unknown;
}

const openSqlite = async (options: DatabaseOptions): Promise<DataSources> => {
  mkdirSync(options.dataDirectory, { recursive: true, mode: 0o700 });
  const database = join(options.dataDirectory, 'umpire.sqlite');
  const writer = new DataSource({
    ...schema(options),
    type: 'better-sqlite3',
    database,
    prepareDatabase: (connection: Pragmas) => {
      connection.pragma('journal_mode = WAL');
      // WAL's default, NORMAL, may lose the last commits in a power cut: what we acknowledged must stand.
      connection.pragma('synchronous = FULL');
      connection.pragma('foreign_keys = ON');
    },
  });
  await writer.initialize();
  await writer.runMigrations();
  const reader = new DataSource({ ...schema(options), type: 'better-sqlite3', database, readonly: true });
  await reader.initialize();
  return { writer, reader, oneWriter: true };
};

const openPostgres = async (options: DatabaseOptions, url: string): Promise<DataSources> => {
  const writer = new DataSource({
    ...schema(options),
    type: 'postgres',
    url,
    extra: { max: 10, statement_timeout: 30_000, application_name: 'umpire' },
  });
  await writer.initialize();
  await migrateAlone(writer);
  return { writer, reader: writer, oneWriter: false };
};

/** Several instances may start at once: an advisory lock lets one of them migrate while the others wait. */
const migrateAlone = async (source: DataSource): Promise<void> => {
  const UMPIRE_MIGRATIONS = 0x756d7069; // "umpi"
  const runner = source.createQueryRunner();
  await runner.connect();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [UMPIRE_MIGRATIONS]);
    await source.runMigrations();
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [UMPIRE_MIGRATIONS]);
    await runner.release();
  }
};
