import { describe, expect, it } from 'vitest';

import { command, CommandFailed } from './command.ts';
import { eachOf, until } from './waiting.ts';

describe('until', () => {
  it('returns as soon as the look says true', async () => {
    let looks = 0;
    await until('three looks', () => (looks += 1) === 3, { everyMs: 1 });
    expect(looks).toBe(3);
  });

  it('names what it waited for in vain', async () => {
    await expect(until('the rain', () => false, { withinMs: 20, everyMs: 5 })).rejects.toThrow('in vain: the rain');
  });
});

describe('eachOf', () => {
  it('does all items, never more at once than allowed', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await eachOf([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      done.push(item);
    });
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it('throws the first failure, starts nothing after it, and waits for what runs', async () => {
    const done: number[] = [];
    const act = async (item: number): Promise<void> => {
      if (item === 1) throw new Error('one');
      await new Promise((resolve) => setTimeout(resolve, 10));
      done.push(item);
    };
    await expect(eachOf([1, 2, 3], 2, act)).rejects.toThrow('one');
    expect(done).toEqual([2]);
  });
});

describe('command', () => {
  it('returns exit code, output and errors', async () => {
    const line = 'cat; echo bad >&2; exit 3';
    const output = await command(['sh', '-c', line], { input: 'in', allowFailure: true });
    expect(output).toEqual({ exitCode: 3, stdout: 'in', stderr: 'bad\n' });
  });

  it('throws where the command fails, with what it said', async () => {
    await expect(command(['sh', '-c', 'echo no >&2; exit 3'])).rejects.toThrow(/exit 3.*\nno/);
  });

  it('reports a signal as a shell does', async () => {
    const output = await command(['sh', '-c', 'kill -TERM $$'], { allowFailure: true });
    expect(output.exitCode).toBe(143);
  });

  it('kills what takes too long, and all that it started', async () => {
    const begin = performance.now();
    // The grandchild holds the output open: only the death of the whole group lets the call end.
    const slow = command(['sh', '-c', 'sleep 60 & sleep 60'], { timeoutMs: 100, allowFailure: true });
    await expect(slow).rejects.toBeInstanceOf(CommandFailed);
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  it('rejects where there is no such program', async () => {
    await expect(command(['/no/such/program'])).rejects.toThrow('ENOENT');
  });
});
