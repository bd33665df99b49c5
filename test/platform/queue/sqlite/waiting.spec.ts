import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Bell } from '../../../../src/platform/queue/sqlite/bell.ts';
import { failSlowly, Waiting, type Look } from '../../../../src/platform/queue/sqlite/waiting.ts';

const bell = new Bell();
const listen = (again: () => void): (() => void) => bell.listen('q', again);
const nothing = <T>(): Look<T> => ({ done: null, lookAgainInMs: null });

describe('a wait', () => {
  it('ends at once when the first look finds something', async () => {
    expect(await new Waiting().for(10_000, listen, () => ({ done: 'here', lookAgainInMs: null }))).toBe('here');
    expect(bell.listened).toBe(false);
  });

  it('ends when a look after a ring finds something, not when it finds nothing', async () => {
    let there = false;
    let looks = 0;
    const wait = new Waiting().for(10_000, listen, () => {
      looks += 1;
      return { done: there ? 'here' : null, lookAgainInMs: null };
    });
    bell.ring('other');
    bell.ring('q');
    expect(looks).toBe(2);
    there = true;
    bell.ringAll();
    expect(await wait).toBe('here');
    expect(bell.listened).toBe(false);
  });

  it('ends with nothing after its time', async () => {
    const start = performance.now();
    expect(await new Waiting().for(80, listen, nothing)).toBeNull();
    expect(performance.now() - start).toBeGreaterThanOrEqual(78);
    expect(bell.listened).toBe(false);
  });

  it('looks again at the hour a look has named', async () => {
    const due = performance.now() + 60;
    const found = await new Waiting().for(10_000, listen, () => {
      const left = due - performance.now();
      return left <= 0 ? { done: 'due', lookAgainInMs: null } : { done: null, lookAgainInMs: left };
    });
    expect(found).toBe('due');
    expect(performance.now() - due).toBeLessThan(200);
  });

  it('is cut short by an interruption, and so are those that begin before it is lifted', async () => {
    const waiting = new Waiting();
    const first = waiting.for(10_000, listen, nothing);
    waiting.interrupt();
    expect(await first).toBeNull();
    expect(await waiting.for(10_000, listen, () => ({ done: 'here', lookAgainInMs: null }))).toBeNull();
    waiting.allow();
    expect(await waiting.for(10_000, listen, () => ({ done: 'here', lookAgainInMs: null }))).toBe('here');
  });

  it('fails when a look fails, and stops listening', async () => {
    const broken = (): Look<string> => {
      throw new Error('no file');
    };
    await expect(new Waiting().for(10_000, listen, broken)).rejects.toThrow('no file');
    expect(bell.listened).toBe(false);
  });
});

describe('failing slowly', () => {
  it('hands on what succeeds at once, and what fails after a second', async () => {
    expect(await failSlowly(() => Promise.resolve(1))).toBe(1);
    const start = performance.now();
    await expect(failSlowly(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(performance.now() - start).toBeGreaterThanOrEqual(990);
  });
});

describe('a bell', () => {
  it('lets a listener stop listening while it is rung, without missing the others', async () => {
    const rung: string[] = [];
    const stops = ['a', 'b', 'c'].map((name) =>
      bell.listen('q', () => {
        rung.push(name);
        stops.forEach((stop) => stop());
      }),
    );
    bell.ring('q');
    bell.ring('q');
    await sleep(0);
    expect(rung).toEqual(['a', 'b', 'c']);
  });
});
