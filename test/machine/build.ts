import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runInPlace } from '../lab/passthrough.ts';

/** The project's own directory. */
export const PROJECT = join(import.meta.dirname, '../..');

/** What the service is built from; `npm start` looks at the same. */
const SOURCES = ['src', 'migrations', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];
/** Touched after each build that succeeded. */
const BUILT = 'dist/.built';

/**
 * Builds the service where its last build is not newer than everything that it is built from.
 * @returns the exit code of the build, 0 where none was needed
 */
export const buildWhenStale = (): Promise<number> | number => {
  if (!isStale(PROJECT)) return 0;
  return runInPlace(['npm', '--prefix', PROJECT, 'run', '--silent', 'build']);
};

/** Whether anything that the service is built from was changed, added or removed since its last build. */
export const isStale = (project: string): boolean => {
  const built = changedAt(join(project, BUILT));
  return built === null || SOURCES.some((source) => newestBelow(join(project, source)) > built);
};

/** When a file or directory, or anything below it, was changed last, in milliseconds; a directory changes with its entries. */
const newestBelow = (path: string): number => {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info) return 0;
  const below = info.isDirectory() ? readdirSync(path).map((name) => newestBelow(join(path, name))) : [];
  return Math.max(info.mtimeMs, ...below);
};

const changedAt = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
