import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../machine/build.ts';
import { allParts, choose, type Part } from './parts.ts';

const namesOf = (parts: readonly Part[]): string[] => parts.map(({ name }) => name);

const chosen = (...names: string[]): string[] => {
  const choice = choose(allParts(), names);
  return 'parts' in choice ? namesOf(choice.parts) : [];
};

describe('The parts', () => {
  it('are everything there is to test, in an order in which the quick ones come first', () => {
    expect(namesOf(allParts())).toEqual([
      'typecheck',
      'lint',
      'shell',
      'format',
      'build',
      'unit',
      'features',
      'lab',
      'e2e',
      'faults',
      'demo',
    ]);
  });

  it.each(allParts())('$name is a program that there is', ({ argv: [program, file] }) => {
    expect(program === process.execPath ? existsSync(file ?? '') : program).toBeTruthy();
  });

  it('look at every shell file, and at what CI runs', () => {
    const files =
      allParts()
        .find(({ name }) => name === 'shell')
        ?.argv.slice(1) ?? [];
    expect(files).toEqual(expect.arrayContaining(['.ci/run', 'test/machine/install.sh', 'test/lab/host/init.sh']));
    expect(files.some((file) => file.startsWith('src/'))).toBe(true);
    expect(files.filter((file) => !existsSync(join(PROJECT, file)))).toEqual([]);
  });
});

describe('Of the parts are chosen', () => {
  it('all, where none is named', () => {
    expect(chosen()).toEqual(namesOf(allParts()));
  });

  it('those that are named, in the order in which they run', () => {
    expect(chosen('unit', 'lint')).toEqual(['lint', 'unit']);
  });

  it('the build as well, where a part needs it', () => {
    expect(chosen('demo')).toEqual(['build', 'demo']);
  });

  it('none where a name is unknown, so that a typing error never passes for a success', () => {
    expect(choose(allParts(), ['unit', 'untit', 'features', 'al'])).toEqual({ unknown: ['untit', 'al'] });
  });
});
