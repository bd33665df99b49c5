import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../lab/waiting.ts';
import type { VoteView } from './client.ts';
import { OF_A_CLUSTER, OF_THE_ARBITER, type Scene, type Situation } from './situations.ts';
import { describeWorld, stepsOf, type World } from './world.ts';

/** How long a situation took to be seen, in seconds. */
interface Measured {
  readonly situation: string;
  readonly cluster: string;
  readonly state: string;
  /** From the begin of the cause until it is a fact, which is corosync's and qnetd's own time. */
  readonly factS: number;
  readonly shownS: number;
  /** From the end of the heal until all is well again and seen to be so. */
  readonly healedS: number;
  readonly codes: readonly string[];
}

const CLUSTERS = ['duo', 'pair'];
const RESULTS = new URL('../../bench-results/situations.json', import.meta.url);

/** A membership takes 6.5 s, and qnetd misses a client after some heartbeats. */
const FACT_MS = 40_000;
/** What is late is measured too, before it fails. */
const GRACE_MS = 30_000;
const HEALED_MS = 120_000;

const secondsSince = (begun: number): number => Math.round((performance.now() - begun) / 100) / 10;

/** `code` of anybody, `code@one` or `code@two` of that node; `a|b` is either. */
const tells = ({ findings }: VoteView, wanted: string, { one, two }: Scene): boolean =>
  wanted.split('|').some((either) => {
    const [code, host] = either.split('@');
    const subject = host === 'one' ? one.address : host === 'two' ? two.address : null;
    return findings.some((finding) => finding.code === code && (subject === null || finding.subject === subject));
  });

const inWords = ({ state, findings }: VoteView): string =>
  `${state}: ${findings.map(({ code, subject }) => `${code} ${subject}`).join(', ')}`;

describeWorld('The truth about the vote is told', {}, (world) => {
  const ids = new Map<string, string>();
  const measured: Measured[] = [];

  const sceneOf = ({ lab }: World, name: string): Scene => {
    const cluster = lab.cluster(name);
    const [one, two] = cluster.nodes;
    if (!one || !two) throw new Error(`${name} has two nodes`);
    return { lab, cluster, arbiter: lab.arbiter, one, two };
  };
  const vote = (name: string): Promise<VoteView> => world().client.vote(ids.get(name) ?? '');
  const untilOk = async (name: string): Promise<void> => {
    let last = '';
    const isOk = async (): Promise<boolean> => {
      const view = await vote(name);
      last = inWords(view);
      return view.state === 'ok';
    };
    await until(`${name} is ok`, isOk, { withinMs: HEALED_MS, everyMs: 200 }).catch((late: unknown) => {
      throw new Error(`${name} is still ${last}`, { cause: late });
    });
  };

  /** Waits until the situation is shown. @returns the view that shows it, or the last one of all that did not */
  const shown = async ({ states, findings, withinS }: Situation, scene: Scene): Promise<VoteView> => {
    const end = performance.now() + withinS * 1_000 + GRACE_MS;
    for (;;) {
      const view = await vote(scene.cluster.name);
      const isShown = states.includes(view.state) && findings.every((wanted) => tells(view, wanted, scene));
      if (isShown || performance.now() > end) return view;
      await wait(200);
    }
  };

  const meet = async (situation: Situation, name: string): Promise<void> => {
    const scene = sceneOf(world(), name);
    const { fact, withinS } = situation;
    let seen: Omit<Measured, 'healedS'> | undefined;
    try {
      const begun = performance.now();
      await situation.cause(scene);
      if (fact) await until('it is a fact', () => fact(scene), { withinMs: FACT_MS, everyMs: 250 });
      const factS = secondsSince(begun);
      const isFact = performance.now();
      const view = await shown(situation, scene);
      const codes = [...new Set(view.findings.map(({ code }) => code))];
      seen = {
        situation: situation.name,
        cluster: name,
        state: view.state,
        factS,
        shownS: secondsSince(isFact),
        codes,
      };
      expect(situation.states, inWords(view)).toContain(view.state);
      expect(
        situation.findings.filter((wanted) => !tells(view, wanted, scene)),
        inWords(view),
      ).toEqual([]);
      expect(seen.shownS, inWords(view)).toBeLessThanOrEqual(withinS);
    } finally {
      await situation.heal(scene);
      const healing = performance.now();
      await Promise.all(CLUSTERS.filter((one) => one === name || OF_THE_ARBITER.includes(situation)).map(untilOk));
      if (seen) measured.push({ ...seen, healedS: secondsSince(healing) });
    }
  };

  beforeAll(async () => {
    const { inventory } = world();
    const prepared = await inventory.prepareArbiter();
    expect(prepared.state, stepsOf(prepared)).toBe('done');
    await Promise.all(
      CLUSTERS.map(async (name) => {
        const id = await inventory.register(name);
        ids.set(name, id);
        const job = await inventory.onboard(id);
        expect(job.state, stepsOf(job)).toBe('done');
        await untilOk(name);
      }),
    );
  });

  afterAll(async () => {
    for (const { situation, cluster, state, factS, shownS, healedS, codes } of measured)
      process.stdout.write(
        `${situation} (${cluster}): a fact after ${factS} s, ${state} ${shownS} s later, ok ${healedS} s after the heal; ${codes.join(', ')}\n`,
      );
    await mkdir(new URL('.', RESULTS), { recursive: true });
    await writeFile(RESULTS, JSON.stringify(measured, null, 2));
  });

  // Two lanes side by side: each cluster meets every second of the situations that leave the other alone.
  describe.concurrent.each(CLUSTERS.map((name, lane) => ({ name, lane })))('when to $name', ({ name, lane }) => {
    const own = OF_A_CLUSTER.filter((_, at) => at % CLUSTERS.length === lane);
    it.each(own.map((situation) => [situation.name, situation] as const))(
      '%s (invariant 21)',
      { concurrent: false },
      (_, situation) => meet(situation, name),
    );
  });

  describe('when to the arbiter', () => {
    it.each(
      OF_THE_ARBITER.map(
        (situation, at) => [situation.name, CLUSTERS[at % CLUSTERS.length] ?? 'duo', situation] as const,
      ),
    )('%s (invariant 21)', (_, name, situation) => meet(situation, name));
  });
});
