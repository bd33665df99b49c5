import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { houseFile, pathsIn, ROOT, theHouse } from './architecture/house.ts';
import { HOUSE_RULES, LET_OFF } from './architecture/rules.ts';

const house = theHouse();

describe('the house', () => {
  it('is read whole, with every import that leads to a file of it', () => {
    const paths = new Set(house.map(({ path }) => path));
    const imports = house.flatMap(({ path, imports }) => imports.map((name) => ({ path, name })));
    const inside = imports.filter(({ name }) => name.startsWith('src/') || name.startsWith('migrations/'));
    expect(paths.size).toBeGreaterThan(200);
    expect(inside.length).toBeGreaterThan(800);
    expect(inside.filter(({ name }) => !paths.has(name))).toEqual([]);
  });

  it.each(HOUSE_RULES)('$says', ({ breaches }) => {
    expect(house.flatMap(breaches)).toEqual([]);
  });

  it.each(
    HOUSE_RULES.flatMap(({ says, breaches, wouldBreak }) => wouldBreak.map((file) => ({ says, breaches, ...file }))),
  )('would not be let through with $text in $path, for: $says', ({ breaches, path, text }) => {
    expect(breaches(houseFile(path, text)).length).toBeGreaterThan(0);
  });

  it('lets nothing off that is not there, and nothing without a reason', () => {
    const letOff = LET_OFF.flatMap((reasons) => Object.entries(reasons));
    expect(letOff.filter(([path, reason]) => !existsSync(join(ROOT, path)) || reason.length < 20)).toEqual([]);
  });

  it('has no circle of files that need each other when they are run', () => {
    const byPath = new Map(house.map((file) => [file.path, file.importsWhenRun]));
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, way: readonly string[]): void => {
      if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' → '));
      if (done.has(path) || way.includes(path)) return;
      for (const next of byPath.get(path) ?? []) if (byPath.has(next)) visit(next, [...way, path]);
      done.add(path);
    };
    for (const path of byPath.keys()) visit(path, []);
    expect(circles).toEqual([]);
  });
});

const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;
const shellcheck = (...args: string[]) => spawnSync('shellcheck', args, { cwd: ROOT, encoding: 'utf8' });

// On a developer's machine it may be missing; where the project is judged it may not.
describe.skipIf(!hasShellcheck && !process.env['CI'])('every shell script', () => {
  const scripts = [...pathsIn('src', '.sh'), ...pathsIn('test', '.sh')];

  it('is clean for shellcheck', { timeout: 30_000 }, () => {
    expect(scripts.length).toBeGreaterThan(20);
    const { status, stdout, stderr } = shellcheck('--format=gcc', ...scripts);
    expect([stdout, stderr].join('')).toBe('');
    expect(status).toBe(0);
  });

  it('that runs on a host is for the plain POSIX shell', () => {
    const { status, stdout } = shellcheck('--shell=sh', '--format=gcc', ...pathsIn('src', '.sh'));
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  it('with an unquoted path would not be let through', () => {
    const { status } = spawnSync('shellcheck', ['--shell=sh', '-'], { input: 'rm -r $1\n', encoding: 'utf8' });
    expect(status).toBe(1);
  });
});
