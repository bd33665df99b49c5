import Database from 'better-sqlite3';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../../src/platform/clock/clock.ts';
import { QueueFile } from '../../../../src/platform/queue/sqlite/queue-file.ts';
import { eventually } from '../eventually.ts';

describe("the queue's file", () => {
  let folder: string;
  let path: string;
  const files: QueueFile[] = [];

  const open = (): QueueFile => {
    const file = new QueueFile(path, new SystemClock());
    files.push(file);
    return file;
  };
  const put = (file: QueueFile, field: string): Promise<unknown> =>
    file.write('q', ({ sql }) => sql.run("INSERT INTO meta VALUES ('q', ?, '1')", field));
  const count = (file: QueueFile): number => file.read('q', ({ sql }) => sql.all('SELECT * FROM meta').length);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'umpire-file-'));
    path = join(folder, 'deep', 'queue.sqlite');
  });
  afterEach(() => {
    files.splice(0).forEach((file) => file.close());
    rmSync(folder, { recursive: true, force: true });
  });

  it('is made with its directory, for the owner alone, and commits to the disk (invariant 24)', () => {
    const file = open();
    expect(count(file)).toBe(0);
    expect(statSync(join(folder, 'deep')).mode & 0o077).toBe(0);
    const [mode, synchronous] = file.read('q', ({ sql }) => [
      sql.first('PRAGMA journal_mode'),
      sql.first('PRAGMA synchronous'),
    ]);
    expect([mode, synchronous]).toEqual([{ journal_mode: 'wal' }, { synchronous: 2 }]);
  });

  it('keeps what was acknowledged when it is opened again', async () => {
    const first = open();
    await put(first, 'a');
    first.close();
    expect(count(open())).toBe(1);
  });

  it('tells a listener at once of a change in this process, and soon of one by another connection', async () => {
    const [mine, other] = [open(), open()];
    let rung = 0;
    mine.listen('q', () => (rung += 1));
    await put(mine, 'a');
    expect(rung).toBe(1);
    const changedAt = performance.now();
    await put(other, 'b');
    await eventually('it was told', () => rung > 1);
    expect(performance.now() - changedAt).toBeLessThan(400);
  });

  it('tells nobody while nothing changes', async () => {
    const file = open();
    await put(file, 'a');
    let rung = 0;
    const stop = file.listen('q', () => (rung += 1));
    await sleep(350);
    expect(rung).toBe(0);
    stop();
  });

  it('is laid anew, empty, when it was deleted, and its listeners are told', async () => {
    const [mine, other] = [open(), open()];
    await put(mine, 'a');
    let rung = 0;
    mine.listen('q', () => (rung += 1));
    for (const part of ['', '-wal', '-shm']) rmSync(path + part, { force: true });
    await eventually('it was told', () => rung > 0);
    expect(count(mine)).toBe(0);
    await put(other, 'b');
    expect([count(mine), count(other)]).toEqual([1, 1]);
  });

  it('does not touch a file that is no database, and works again once that is out of the way', async () => {
    const file = open();
    await put(file, 'a');
    file.close();
    for (const part of ['', '-wal', '-shm']) rmSync(path + part, { force: true });
    writeFileSync(path, 'this is no database, and somebody may want to look at it');
    const again = open();
    await expect(put(again, 'b')).rejects.toThrow('not a database');
    expect(() => count(again)).toThrow('not a database');
    expect(readFileSync(path, 'utf8')).toContain('this is no database');
    rmSync(path);
    await put(again, 'b');
    expect(count(again)).toBe(1);
  });

  it('refuses a file that a newer service has written', async () => {
    await put(open(), 'a');
    const database = new Database(path);
    database.pragma('user_version = 99');
    database.close();
    expect(() => count(open())).toThrow('schema 99');
  });

  it('throws once it is closed, after what was still waiting is written', async () => {
    const file = open();
    const write = put(file, 'a');
    file.close();
    await write;
    expect(() => count(file)).toThrow('closed');
    await expect(put(file, 'b')).rejects.toThrow('closed');
    expect(count(open())).toBe(1);
  });

  it('lets several connections write at once, losing nothing', async () => {
    const connections = [open(), open(), open()];
    await Promise.all(connections.flatMap((file, f) => Array.from({ length: 50 }, (_, n) => put(file, `${f}-${n}`))));
    expect(count(open())).toBe(150);
  });
});
