import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive } from './orphan-labs.ts';
import type { Part } from './parts.ts';
import { runPart } from './run-part.ts';

let logs: string;
beforeEach(() => void (logs = mkdtempSync(join(tmpdir(), 'umpire-runner-'))));
afterEach(() => rmSync(logs, { recursive: true }));

const program = (code: string, limitMinutes = 1): Part => ({
  name: 'trial',
  argv: [process.execPath, '--eval', code],
  needs: [],
  limitMinutes,
});

const run = async (part: Part, stop = new AbortController().signal) => {
  const shown: string[] = [];
  const outcome = await runPart(part, { show: (line) => shown.push(line), logs, stop });
  return { outcome, shown, log: readFileSync(join(logs, 'trial.log'), 'utf8') };
};

describe('A part', () => {
  it('has passed where its program exits with 0', async () => {
    const { outcome, shown } = await run(program('console.log("one"); console.error("two")'));
    expect(outcome).toMatchObject({ part: 'trial', result: 'passed' });
    expect(shown.sort()).toEqual(['one', 'two']);
  });

  it.each([
    ['process.exit(3)', 'exit code 3'],
    ['process.kill(process.pid, "SIGKILL")', 'ended by SIGKILL'],
  ])('has failed after %s', async (code, why) => {
    expect((await run(program(code))).outcome).toMatchObject({ result: 'failed', why });
  });

  it('has failed where its program is not there', async () => {
    const { outcome } = await run({ ...program(''), argv: ['/nowhere/at-all'] });
    expect(outcome.result).toBe('failed');
    expect(outcome.why).toContain('ENOENT');
  });

  it('is ended when it takes too long', async () => {
    const { outcome } = await run(program('setInterval(() => {}, 1000)', 1 / 120));
    expect(outcome).toMatchObject({ result: 'failed', why: expect.stringContaining('not done') as string });
  });

  it('ends with everything that it has started when it is interrupted', async () => {
    const pidFile = join(logs, 'grandchild');
    const grandchild = `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const code = `require('child_process').spawnSync(process.execPath, ['--eval', ${JSON.stringify(grandchild)}])`;
    const stop = new AbortController();
    const running = run(program(code), stop.signal);
    while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await pause(20);
    stop.abort();
    expect((await running).outcome).toMatchObject({ result: 'failed', why: 'interrupted' });
    await expect.poll(() => isAlive(Number(readFileSync(pidFile, 'utf8')))).toBe(false);
  });

  it('keeps its whole output in a file, and shows what a person reads', async () => {
    const { shown, log } = await run(program('for (let i = 1; i <= 5000; i++) console.log("line " + i)'));
    expect(log.split('\n')).toHaveLength(5_001);
    expect(shown.length).toBeLessThan(250);
    expect(shown).toContain('line 1');
    expect(shown.at(-1)).toBe('line 5000');
    expect(shown.some((line) => line.includes(join(logs, 'trial.log')))).toBe(true);
  });

  it('finds the Node that the project brings along', async () => {
    const { shown } = await run({ ...program(''), argv: ['node', '--print', 'process.execPath'] });
    expect(shown[0]).toContain('node_modules');
  });
});
