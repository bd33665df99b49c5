import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../lab/waiting.ts';
import { OF_THE_ARBITER } from './arbiter-situations.ts';
import type { Finding, VoteView } from './client.ts';
import { OF_A_CLUSTER } from './cluster-situations.ts';
import type { Scene, Situation } from './situation.ts';
import { openAlerts, Tickets, withoutDelays, type AlertView } from './watched-alerts.ts';
import { describeWorld, stepsOf, type World } from './world.ts';

/** How long a situation took to be seen, in seconds. */
interface Measured {
  readonly situation: string;
  readonly cluster: string;
  readonly state: string;
  /** From the begin of the cause until it is a fact, which is corosync's and qnetd's own time; the others are from the fact on. */
  readonly factS: number;
  /** Until the state, with what is found of the cluster and of the arbiter. */
  readonly stateS: number | null;
  /** Until the last of the alerts was open. */
  readonly alertS: number | null;
  /** Until the ticket system had verified the notices of all of them. */
  readonly noticeS: number | null;
  /** From the end of the heal until all is well again and seen to be so, with no alert left. */
  readonly healedS: number;
  readonly codes: readonly string[];
  readonly alerts: readonly string[];
}

/** All that the service says of a cluster at one moment. */
interface Said {
  readonly vote: VoteView;
  readonly ofArbiter: readonly Finding[];
  readonly alerts: readonly AlertView[];
}

const CLUSTERS = ['duo', 'pair', 'twin'];
const RESULTS = new URL('../../bench-results/situations.json', import.meta.url);

/** A membership takes 6.5 s, and qnetd misses a client after some heartbeats. */
const FACT_MS = 40_000;
/** What is late is measured too, before it fails. */
const GRACE_MS = 30_000;
const HEALED_MS = 120_000;
/** A notice is sent as soon as its alert is on record. */
const NOTICE_S = 3;
const EVERY_MS = 200;

const secondsFrom = (begun: number, end = performance.now()): number => Math.round((end - begun) / 100) / 10;

/** `code` of anybody, `code@one` or `code@two` of that node; `a|b` is either. */
const tells = ({ findings }: VoteView, wanted: string, { one, two }: Scene): boolean =>
  wanted.split('|').some((either) => {
    const [code, host] = either.split('@');
    const subject = host === 'one' ? one.address : host === 'two' ? two.address : null;
    return findings.some((finding) => finding.code === code && (subject === null || finding.subject === subject));
  });

const isTold = ({ vote, ofArbiter }: Said, wanted: Situation, scene: Scene): boolean =>
  wanted.states.includes(vote.state) &&
  wanted.findings.every((one) => tells(vote, one, scene)) &&
  (wanted.ofArbiter ?? []).every((code) => ofArbiter.some((finding) => finding.code === code));

const nameOf = ({ rule, subject }: AlertView): string => (subject.kind === 'cluster' ? rule : `${rule}@arbiter`);

const inWords = ({ vote, ofArbiter, alerts }: Said): string => {
  const list = (findings: readonly Finding[]): string =>
    findings.map(({ code, subject }) => `${code} ${subject}`).join(', ');
  return `${vote.state}: ${list(vote.findings)}; of the arbiter: ${list(ofArbiter)}; alerts: ${alerts.map(nameOf).join(', ')}`;
};

describeWorld('The truth about the vote is told', { env: { UMPIRE_WEBHOOK_ALLOW: '127.0.0.0/8' } }, (world) => {
  const ids = new Map<string, string>();
  const measured: Measured[] = [];
  let tickets: Tickets;

  const sceneOf = ({ lab }: World, name: string): Scene => {
    const cluster = lab.cluster(name);
    const [one, two] = cluster.nodes;
    if (!one || !two) throw new Error(`${name} has two nodes`);
    return { lab, cluster, arbiter: lab.arbiter, one, two };
  };

  /** What is about the other clusters is left out: they may be in situations of their own. */
  const said = async (name: string): Promise<Said> => {
    const { client } = world();
    const id = ids.get(name) ?? '';
    const isOthers = ({ subject }: Finding): boolean => subject !== name && CLUSTERS.includes(subject);
    const [vote, summary, open] = await Promise.all([
      client.vote(id),
      client.get<{ arbiters: { notOk: { findings: Finding[] }[] } }>('/v1/fleet/summary'),
      openAlerts(client),
    ]);
    return {
      vote,
      ofArbiter: summary.arbiters.notOk.flatMap(({ findings }) => findings).filter((one) => !isOthers(one)),
      alerts: open.filter(({ subject, findings }) =>
        subject.kind === 'cluster' ? subject.id === id : findings.some((finding) => !isOthers(finding)),
      ),
    };
  };

  const untilWell = async (name: string): Promise<void> => {
    let last: Said | undefined;
    const isWell = async (): Promise<boolean> => {
      last = await said(name);
      return last.vote.state === 'ok' && last.alerts.length === 0;
    };
    await until(`${name} is well`, isWell, { withinMs: HEALED_MS, everyMs: EVERY_MS }).catch((late: unknown) => {
      throw new Error(`${name} is still ${last && inWords(last)}`, { cause: late });
    });
  };

  /** When the notices of all these alerts had come; null while one has not. */
  const noticedAt = (alerts: readonly AlertView[]): number | null => {
    const moments = alerts.map(({ id }) => tickets.arrivedAt(id));
    return moments.includes(null) ? null : Math.max(...moments.map(Number));
  };

  /** Asks until all is told, or for so long that it will not be. */
  const told = async (situation: Situation, scene: Scene) => {
    const isFact = performance.now();
    const end = isFact + situation.withinS * 1_000 + GRACE_MS;
    let stateS: number | null = null;
    let alertS: number | null = null;
    for (;;) {
      const last = await said(scene.cluster.name);
      const wanted = last.alerts.filter((alert) => situation.alerts.includes(nameOf(alert)));
      const areOpen = situation.alerts.every((rule) => wanted.some((alert) => nameOf(alert) === rule));
      if (isTold(last, situation, scene)) stateS ??= secondsFrom(isFact);
      if (areOpen) alertS ??= secondsFrom(isFact);
      const at = areOpen ? noticedAt(wanted) : null;
      const isAll = stateS !== null && at !== null;
      if (isAll || performance.now() > end)
        return { last, stateS, alertS, noticeS: at === null ? null : secondsFrom(isFact, at) };
      await wait(EVERY_MS);
    }
  };

  const meet = async (situation: Situation, name: string): Promise<void> => {
    const scene = sceneOf(world(), name);
    const { fact, withinS, alertsWithinS = withinS } = situation;
    let seen: Omit<Measured, 'healedS'> | undefined;
    try {
      const begun = performance.now();
      await situation.cause(scene);
      if (fact) await until('it is a fact', () => fact(scene), { withinMs: FACT_MS, everyMs: 250 });
      const factS = secondsFrom(begun);
      const { last, stateS, alertS, noticeS } = await told(situation, scene);
      seen = {
        ...{ situation: situation.name, cluster: name, state: last.vote.state, factS, stateS, alertS, noticeS },
        codes: [...new Set([...last.vote.findings, ...last.ofArbiter].map(({ code }) => code))],
        alerts: last.alerts.map(nameOf),
      };
      expect(isTold(last, situation, scene), inWords(last)).toBe(true);
      expect(seen.alerts, inWords(last)).toEqual(expect.arrayContaining([...situation.alerts]));
      expect(stateS, inWords(last)).toBeLessThanOrEqual(withinS);
      expect(alertS, inWords(last)).toBeLessThanOrEqual(alertsWithinS);
      expect(noticeS, inWords(last)).toBeLessThanOrEqual(alertsWithinS + NOTICE_S);
    } finally {
      await situation.heal(scene);
      const healing = performance.now();
      await Promise.all(CLUSTERS.filter((one) => one === name || OF_THE_ARBITER.includes(situation)).map(untilWell));
      if (seen) measured.push({ ...seen, healedS: secondsFrom(healing) });
    }
  };

  beforeAll(async () => {
    const { inventory, client } = world();
    await withoutDelays(client);
    tickets = await Tickets.open(client);
    const prepared = await inventory.prepareArbiter();
    expect(prepared.state, stepsOf(prepared)).toBe('done');
    await Promise.all(
      CLUSTERS.map(async (name) => {
        const id = await inventory.register(name);
        ids.set(name, id);
        const job = await inventory.onboard(id);
        expect(job.state, stepsOf(job)).toBe('done');
        await untilWell(name);
      }),
    );
  });

  afterAll(async () => {
    await tickets?.close();
    const seconds = (value: number | null): string => (value === null ? 'never' : value.toFixed(1)).padStart(6);
    const row = ({ factS, stateS, alertS, noticeS, healedS, ...one }: Measured): string =>
      `${[factS, stateS, alertS, noticeS, healedS].map(seconds).join('')}  ${one.state.padEnd(8)} ${one.situation} (${one.cluster}): ${one.codes.join(', ')}; alerts ${one.alerts.join(', ')}\n`;
    process.stdout.write('  fact state alert notice healed, seconds; all but the first and last from the fact on\n');
    for (const one of measured) process.stdout.write(row(one));
    await mkdir(new URL('.', RESULTS), { recursive: true });
    await writeFile(RESULTS, JSON.stringify(measured, null, 2));
  });

  // A lane for each cluster, side by side: it meets every third of the situations that leave the others alone.
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
