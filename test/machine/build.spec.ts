import { mkdirSync, mkdtempSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isStale } from './build.ts';

describe('A build is stale', () => {
  let project: string;

  /** Seconds on an invented clock. */
  const changed = (path: string, at: number) => utimesSync(join(project, path), at, at);
  const write = (path: string, at: number) => {
    writeFileSync(join(project, path), '');
    changed(path, at);
  };

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'umpire-stale-'));
    for (const folder of ['src/votes', 'migrations', 'dist']) mkdirSync(join(project, folder), { recursive: true });
    for (const file of ['src/main.ts', 'src/votes/vote.ts', 'migrations/first.ts', 'package.json']) write(file, 100);
    for (const folder of ['src/votes', 'src', 'migrations']) changed(folder, 100);
    write('dist/.built', 200);
  });

  afterEach(() => rmSync(project, { recursive: true }));

  it('not while nothing has changed since', () => {
    expect(isStale(project)).toBe(false);
  });

  it('where there is none', () => {
    unlinkSync(join(project, 'dist/.built'));
    expect(isStale(project)).toBe(true);
  });

  it.each(['src/main.ts', 'src/votes/vote.ts', 'migrations/first.ts', 'package.json'])(
    'after a change of %s',
    (file) => {
      changed(file, 300);
      expect(isStale(project)).toBe(true);
    },
  );

  it('after a file was removed', () => {
    unlinkSync(join(project, 'src/votes/vote.ts'));
    expect(isStale(project)).toBe(true);
  });

  it('not after a change of what it is not built from', () => {
    mkdirSync(join(project, 'test'));
    write('test/new.spec.ts', 300);
    write('README.md', 300);
    expect(isStale(project)).toBe(false);
  });
});
