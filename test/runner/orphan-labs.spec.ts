import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isAlive, orphansAmong } from './orphan-labs.ts';

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

  it('is not alive any more while only its exit code waits to be fetched', async () => {
    // The shell becomes a sleep, which fetches nobody's exit code.
    const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [pid] = (await once(parent.stdout, 'data')) as [Buffer];
    await expect.poll(() => isAlive(Number(pid))).toBe(false);
    expect(existsSync(`/proc/${Number(pid)}`)).toBe(true);
    parent.kill();
  });
});
