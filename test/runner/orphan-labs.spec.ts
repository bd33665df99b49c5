import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { isAlive, orphansAmong, runs } from './orphan-labs.ts';

const LIVING = 4711;
const lives = (pid: number): boolean => pid === LIVING;

describe('The lab of a killed suite', () => {
  it.each(['spec12', 'e2e12', 'once12'])('is found by its name: %s', (lab) => {
    expect(orphansAmong([lab], lives)).toEqual([lab]);
  });

  it('is told from the labs of suites that run', () => {
    expect(orphansAmong([`spec${LIVING}`, 'spec12', `e2e${LIVING}`], lives)).toEqual(['spec12']);
  });

  it.each(['lab', 'demo', 'other', 'spec', 'spec12a', 'myspec12', '12'])(
    'is never one that a person has named: %s',
    (lab) => {
      expect(orphansAmong([lab], lives)).toEqual([]);
    },
  );
});

describe('A process', () => {
  it('is alive while it runs, and not after its end', () => {
    expect(isAlive(process.pid)).toBe(true);
    expect(isAlive(spawnSync(process.execPath, ['--version']).pid)).toBe(false);
  });

  it.each([
    ['12 (node) S 1 12', true],
    ['12 (node) R 1 12', true],
    ['12 (node) Z 1 12', false],
    ['12 (node) X 1 12', false],
    ['12 (a) Z b) S 1 12', true],
    ['12 (a) S b) Z 1 12', false],
  ])('runs as its state says, whatever its name: %s', (stat, expected) => {
    expect(runs(stat)).toBe(expected);
  });
});
