import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GroupCommit } from '../../../../src/platform/queue/sqlite/group-commit.ts';
import { Sql } from '../../../../src/platform/queue/sqlite/sql.ts';

describe('writes that share a commit', () => {
  let database: Database.Database;
  let commits: GroupCommit;
  let connections: number;

  beforeEach(() => {
    database = new Database(':memory:');
    database.exec('CREATE TABLE t (n INTEGER PRIMARY KEY)');
    connections = 0;
    const connection = { database, sql: new Sql(database) };
    commits = new GroupCommit(() => {
      connections += 1;
      return connection;
    });
  });
  afterEach(() => {
    database.close();
  });

  const add = (n: number) => commits.submit((sql) => sql.run('INSERT INTO t VALUES (?)', n));
  const count = (): number => (database.prepare('SELECT count(*) AS n FROM t').get() as { n: number }).n;

  it('are committed together when they are asked for in one turn', async () => {
    await Promise.all([1, 2, 3].map(add));
    expect(count()).toBe(3);
    expect(connections).toBe(1);
  });

  it('fall alone: one that throws takes back its own changes and no others', async () => {
    const broken = commits.submit((sql) => {
      sql.run('INSERT INTO t VALUES (99)');
      throw new Error('second thoughts');
    });
    const outcomes = await Promise.allSettled([add(1), broken, add(2), add(1)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(database.prepare('SELECT n FROM t ORDER BY n').pluck().all()).toEqual([1, 2]);
  });

  it('are acknowledged only once they are committed (invariant 24)', async () => {
    let acknowledged = false;
    const write = add(1).then(() => (acknowledged = true));
    await Promise.resolve();
    expect(acknowledged).toBe(false);
    expect(count()).toBe(0);
    await write;
    expect(database.inTransaction).toBe(false);
    expect(count()).toBe(1);
  });

  it('all fail when the commit cannot begin, and later ones succeed when it can', async () => {
    let broken = true;
    const flaky = new GroupCommit(() => {
      if (broken) throw new Error('the disk is gone');
      return { database, sql: new Sql(database) };
    });
    const lost = [1, 2].map((n) => flaky.submit((sql) => sql.run('INSERT INTO t VALUES (?)', n)));
    for (const outcome of await Promise.allSettled(lost))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'the disk is gone' } });
    broken = false;
    await flaky.submit((sql) => sql.run('INSERT INTO t VALUES (1)'));
    expect(count()).toBe(1);
  });

  it('leave timers their turn, however fast they follow each other', async () => {
    let beats = 0;
    const timer = setInterval(() => (beats += 1), 5);
    const until = performance.now() + 200;
    for (let n = 0; performance.now() < until; n++) await add(n);
    clearInterval(timer);
    expect(beats).toBeGreaterThan(5);
  });

  it('are split over several commits when they are many, none forgotten', async () => {
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => add(n)));
    expect(count()).toBe(1_000);
    expect(connections).toBe(5);
  });

  it('are committed at once by a flush', () => {
    void add(1);
    void add(2);
    commits.flush();
    expect(count()).toBe(2);
  });
});
