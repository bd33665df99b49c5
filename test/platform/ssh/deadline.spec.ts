import { describe, expect, it } from 'vitest';
import { within } from '../../../src/platform/ssh/deadline.ts';

const endings = { timedOut: () => new Error('timed out'), aborted: () => new Error('aborted') };
const never = (): Promise<never> => new Promise(() => undefined);
const after = (ms: number): Promise<string> => new Promise((resolve) => setTimeout(() => resolve('done'), ms));

describe('work within a deadline', () => {
  it('brings its value, or its own error', async () => {
    await expect(within({ timeoutMs: 1_000 }, endings, () => after(10))).resolves.toBe('done');
    await expect(within({ timeoutMs: 1_000 }, endings, () => Promise.reject(new Error('own')))).rejects.toThrow('own');
  });

  it('ends at the deadline, whatever the work does (invariant 28)', async () => {
    const begun = performance.now();
    await expect(within({ timeoutMs: 50 }, endings, never)).rejects.toThrow('timed out');
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it('ends at the signal (invariant 29)', async () => {
    const freeze = new AbortController();
    setTimeout(() => freeze.abort(), 20);
    await expect(within({ timeoutMs: 5_000, signal: freeze.signal }, endings, never)).rejects.toThrow('aborted');
  });

  it('never begins when the signal is already given', async () => {
    let begun = false;
    const work = (): Promise<void> => {
      begun = true;
      return Promise.resolve();
    };
    await expect(within({ timeoutMs: 50, signal: AbortSignal.abort() }, endings, work)).rejects.toThrow('aborted');
    expect(begun).toBe(false);
  });

  it('leaves no listener on the signal, which outlives it', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const counting = Object.assign(Object.create(signal) as AbortSignal, {
      addEventListener: () => (listeners += 1),
      removeEventListener: () => (listeners -= 1),
    });
    await within({ timeoutMs: 50, signal: counting }, endings, () => Promise.resolve());
    await within({ timeoutMs: 10, signal: counting }, endings, never).catch(() => undefined);
    expect(listeners).toBe(0);
  });

  it('is not troubled by work that fails after it was given up', async () => {
    const late = Promise.withResolvers<never>();
    await expect(within({ timeoutMs: 10 }, endings, () => late.promise)).rejects.toThrow('timed out');
    late.reject(new Error('too late to matter'));
    await after(5);
  });
});
