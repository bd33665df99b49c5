import { describe, expect, it } from 'vitest';
import type { Outcome } from './outcome.ts';
import type { Need, Part } from './parts.ts';
import { runAll } from './run-all.ts';

const part = (name: string, ...needs: Need[]): Part => ({ name, needs, argv: [], limitMinutes: 1 });

interface World {
  readonly failing?: readonly string[];
  readonly obstacles?: readonly (readonly [Need, string])[];
  readonly ci?: boolean;
  readonly stopAfter?: string;
}

/** Runs parts that fail when the world says so; returns what was run beside the outcomes. */
const runIn = async ({ failing = [], obstacles = [], ci = false, stopAfter }: World, ...parts: Part[]) => {
  const stop = new AbortController();
  const ran: string[] = [];
  const told: Outcome[] = [];
  const outcomes = await runAll(parts, {
    obstacles: new Map(obstacles),
    nothingMayBeSkipped: ci,
    stop: stop.signal,
    run: ({ name }) => {
      ran.push(name);
      if (name === stopAfter) stop.abort();
      return Promise.resolve({ part: name, result: failing.includes(name) ? 'failed' : 'passed', seconds: 1 });
    },
    told: (outcome) => told.push(outcome),
  });
  expect(told).toEqual(outcomes);
  return { ran, results: Object.fromEntries(outcomes.map(({ part: name, result }) => [name, result])), outcomes };
};

const NO_ROOT = 'The lab needs root.';

describe('All parts', () => {
  it('run, whatever becomes of those before them', async () => {
    const { ran, results } = await runIn({ failing: ['lint'] }, part('lint'), part('unit'), part('lab', 'lab'));
    expect(ran).toEqual(['lint', 'unit', 'lab']);
    expect(results).toEqual({ lint: 'failed', unit: 'passed', lab: 'passed' });
  });

  it('are skipped with the reason where the machine cannot run them', async () => {
    const { ran, outcomes } = await runIn(
      { obstacles: [['lab', NO_ROOT]] },
      part('unit', 'servers'),
      part('lab', 'lab'),
    );
    expect(ran).toEqual(['unit']);
    expect(outcomes[1]).toEqual({ part: 'lab', result: 'skipped', seconds: 0, why: NO_ROOT });
  });

  it('fail instead where nothing may be skipped', async () => {
    const { outcomes } = await runIn({ obstacles: [['lab', NO_ROOT]], ci: true }, part('lab', 'lab'));
    expect(outcomes).toEqual([{ part: 'lab', result: 'failed', seconds: 0, why: NO_ROOT }]);
  });

  it('that need the service fail without it, and are not run on an old build', async () => {
    const { ran, results } = await runIn(
      { failing: ['build'] },
      part('build'),
      part('unit'),
      part('e2e', 'lab', 'build'),
    );
    expect(ran).toEqual(['build', 'unit']);
    expect(results).toEqual({ build: 'failed', unit: 'passed', e2e: 'failed' });
  });

  it('end with the one that is interrupted', async () => {
    const { ran } = await runIn({ stopAfter: 'unit' }, part('lint'), part('unit'), part('features'));
    expect(ran).toEqual(['lint', 'unit']);
  });
});
