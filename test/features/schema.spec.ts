import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../migrations/migrations.ts';
import { ENTITIES } from '../../src/entities.ts';
import { onPostgres, PostgresServer } from '../platform/postgres-server.ts';

/** Every column of every table that the entities declare, as `table.column`. */
const declaredColumns = (source: DataSource): string[] =>
  source.entityMetadatas.flatMap((entity) =>
    entity.columns.map((column) => `${entity.tableName}.${column.databaseName}`),
  );

const guarantees = (open: () => Promise<DataSource>): void => {
  let source: DataSource;

  beforeAll(async () => {
    source = await open();
    await source.runMigrations();
  });

  afterAll(() => source.destroy());

  it('the migrations make exactly what the entities say: tables, columns, keys and indices', async () => {
    const missing = await source.driver.createSchemaBuilder().log();
    expect(missing.upQueries.map(({ query }) => query)).toEqual([]);
    expect(declaredColumns(source).length).toBeGreaterThan(100);
  });

  it('the comparison sees a column that is missing', async () => {
    const runner = source.createQueryRunner();
    await runner.renameColumn('customers', 'name', 'nmae');
    const missing = await source.driver.createSchemaBuilder().log();
    await runner.renameColumn('customers', 'nmae', 'name');
    await runner.release();
    expect(missing.upQueries.length).toBeGreaterThan(0);
  });

  it('no row goes while another needs it', async () => {
    const insertCustomer =
      "INSERT INTO customers (id, name, version, created_at, updated_at) VALUES ('c', 'n', 1, 0, 0)";
    await source.query(insertCustomer);
    await source.query("INSERT INTO customer_refs (id, customer_id, system, ref) VALUES ('r', 'c', 's', 'x')");
    await expect(source.query("DELETE FROM customers WHERE id = 'c'")).rejects.toThrow(/foreign key/i);
    await source.query("DELETE FROM customer_refs WHERE id = 'r'");
    await source.query("DELETE FROM customers WHERE id = 'c'");
  });

  it('history outlives what it tells of', () => {
    const history = [
      'jobs',
      'job_steps',
      'job_events',
      'certificates',
      'readings',
      'audit_events',
      'transcript_entries',
      'notices',
      'deliveries',
      'delivery_attempts',
    ];
    const keys = source.entityMetadatas.flatMap((entity) => entity.foreignKeys.map(() => entity.tableName));
    expect(keys.length).toBeGreaterThanOrEqual(13);
    expect(keys.filter((table) => history.includes(table) || table === 'vote_transitions')).toEqual([]);
  });

  it('each key that holds a row refuses, and never cascades', () => {
    const keys = source.entityMetadatas.flatMap((entity) => entity.foreignKeys);
    expect(new Set(keys.map((key) => key.onDelete))).toEqual(new Set(['RESTRICT']));
  });

  it('the migrations can be taken back to an empty database', async () => {
    for (let undone = 0; undone < MIGRATIONS.length; undone += 1) await source.undoLastMigration();
    const runner = source.createQueryRunner();
    for (const { tableName } of source.entityMetadatas) expect(await runner.hasTable(tableName)).toBe(false);
    await runner.release();
    expect(await source.runMigrations()).toHaveLength(MIGRATIONS.length);
  });
};

const opened = async (options: DataSourceOptions): Promise<DataSource> =>
  new DataSource({ ...options, entities: ENTITIES, migrations: MIGRATIONS }).initialize();

describe('the schema in SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'umpire-schema-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  guarantees(() => opened({ type: 'better-sqlite3', database: join(folder, 'umpire.sqlite') }));
});

describe('the schema in PostgreSQL', () => {
  onPostgres(() => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start();
    });
    afterAll(() => server.stop());
    guarantees(() => opened({ type: 'postgres', url: server.createDatabase() }));
  });
});
