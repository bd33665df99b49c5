import { globSync } from 'node:fs';
import { basename, join, matchesGlob } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORLDS } from '../e2e/worlds.ts';
import { PROJECT } from '../machine/build.ts';
import { allParts } from './parts.ts';

interface Suites {
  readonly test: {
    readonly projects: readonly { readonly test: { readonly name: string; readonly include: readonly string[] } }[];
  };
}

// Imported by its path only: it is no part of the TypeScript project.
const { default: config } = (await import(join(PROJECT, 'vitest.config.ts'))) as { default: Suites };
const { projects } = config.test;
const specs = globSync('test/**/*.spec.ts', { cwd: PROJECT }).sort();

describe('Every spec runs', () => {
  it.each(specs)('%s belongs to exactly one suite', (spec) => {
    const suites = projects.filter(({ test }) => test.include.some((pattern) => matchesGlob(spec, pattern)));
    expect(suites.map(({ test }) => test.name)).toHaveLength(1);
  });

  it('because every suite is a part', () => {
    const parts = allParts().map(({ name }) => name);
    expect(projects.map(({ test }) => test.name).filter((name) => !parts.includes(name))).toEqual([]);
  });

  it('because every end-to-end suite has its world', () => {
    const suites = specs.filter((spec) => spec.startsWith('test/e2e/')).map((spec) => basename(spec, '.spec.ts'));
    expect(Object.keys(WORLDS).sort()).toEqual(suites);
  });
});
