import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { chanceFor, type Find } from './slice.ts';
import { attempt } from './attempt.ts';
import { Hand } from './crew.ts';
import { readCases, writeFind } from './finds.ts';
import { sharesOf, TARGETS, targetNamed } from './targets.ts';
import type { Target } from './target.ts';
import type { Errand } from './worker.ts';

/*
 * `npm run fuzz -- [--inputs N] [--seed S] [--only NAME]`: mutated and random inputs for every parser. Exits with 1 when any
 * threw, took longer than 50 ms of processor time, or read what its input does not say; the inputs stand in the file of finds.
 */
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** So many inputs go to a worker at once: some seconds of work. */
const ERRAND = 20_000;
/** More of one reader tell nothing new. */
const FINDS_PER_TARGET = 20;

interface Flags {
  readonly inputs: string;
  readonly seed?: string;
  readonly only?: string;
  readonly workers: string;
  readonly finds: string;
  readonly replay?: string;
}

interface Tally {
  given: number;
  ms: number;
  understood: number;
  finds: number;
}

const nothing = (): Tally => ({ given: 0, ms: 0, understood: 0, finds: 0 });

const errandsFor = ({ name }: Target, seed: number, inputs: number): Errand[] =>
  Array.from({ length: Math.ceil(inputs / ERRAND) }, (_, at) => ({
    ...{ target: name, seed, from: at * ERRAND },
    count: Math.min(ERRAND, inputs - at * ERRAND),
  }));

/** The input that a worker did not come back from, made once more. */
const lostAt = ({ target, seed }: Errand, index: number, why: string): Find => ({
  ...{ target, seed, index, input: targetNamed(target).draw(chanceFor(target, seed, index)) },
  fault: { kind: 'slow', says: `the worker was lost: ${why}` },
});

const speedOf = ({ given, ms, understood }: Tally): string =>
  `${given} inputs, ${Math.round((given * 1_000) / Math.max(ms, 1))} a second, ${Math.round((100 * understood) / Math.max(given, 1))} % understood`;

/** Runs all errands, as many at a time as there are hands. @returns how many finds there were */
const runErrands = async (errands: Errand[], hands: readonly Hand[], finds: string): Promise<number> => {
  const tallies = new Map<string, Tally>(errands.map(({ target }) => [target, nothing()]));
  const total = errands.reduce((sum, { count }) => sum + count, 0);
  const keep = (tally: Tally, find: Find): void => {
    tally.finds += 1;
    if (tally.finds > FINDS_PER_TARGET) return;
    appendFileSync(finds, writeFind(find));
    say(`FOUND ${find.target} ${find.index}: ${find.fault.kind}, ${find.fault.says.split('\n')[0] ?? ''}`);
  };
  const work = async (hand: Hand): Promise<void> => {
    for (let errand = errands.shift(); errand !== undefined; errand = errands.shift()) {
      const { target, count, from } = errand;
      const tally = tallies.get(target) ?? nothing();
      const outcome = await hand.run(errand, (find) => keep(tally, find));
      if (outcome.kind === 'lost') keep(tally, lostAt(errand, outcome.index, outcome.why));
      tally.given += outcome.kind === 'lost' ? outcome.index - from : count;
      tally.ms += outcome.kind === 'lost' ? 0 : outcome.ms;
      tally.understood += outcome.kind === 'lost' ? 0 : outcome.understood;
      const given = [...tallies.values()].reduce((sum, one) => sum + one.given, 0);
      say(`${((100 * given) / total).toFixed(1).padStart(5)} %  ${target.padEnd(24)}${speedOf(tally)}`);
    }
  };
  await Promise.all(hands.map(work));
  for (const [target, tally] of tallies) say(`${target.padEnd(24)}${speedOf(tally)}, ${tally.finds} finds`);
  return [...tallies.values()].reduce((sum, one) => sum + one.finds, 0);
};

const fuzz = async ({ inputs, only, seed, workers, finds }: Flags): Promise<number> => {
  const sown = Number(seed ?? Math.floor(Math.random() * 1_000_000));
  const begun = performance.now();
  say(`seed ${sown}`);
  mkdirSync(dirname(finds), { recursive: true });
  rmSync(finds, { force: true });
  const targets = only === undefined ? TARGETS : [targetNamed(only)];
  const errands = sharesOf(targets, Number(inputs)).flatMap(([target, share]) => errandsFor(target, sown, share));
  // All readers in turn, so that a run which is ended early has been with each of them.
  errands.sort((a, b) => a.from - b.from);
  const hands = Array.from({ length: Math.max(1, Number(workers)) }, () => new Hand());
  const found = await runErrands(errands, hands, finds);
  await Promise.all(hands.map((hand) => hand.end()));
  say(
    `${inputs} inputs in ${Math.round((performance.now() - begun) / 1_000)} s, ${found} finds${found > 0 ? `, in ${finds}` : ''}`,
  );
  return found > 0 ? 1 : 0;
};

/** Gives the inputs of a file to their readers again. */
const replay = (file: string): number => {
  const faults = readCases(readFileSync(file, 'utf8')).map(({ target, input }) => ({
    target,
    fault: attempt(targetNamed(target), input).fault,
  }));
  for (const { target, fault } of faults)
    say(`${target}: ${fault === null ? 'nothing is wrong' : `${fault.kind}, ${fault.says}`}`);
  return faults.some(({ fault }) => fault !== null) ? 1 : 0;
};

await new Command('fuzz')
  .description(`Gives mutated and random inputs to the readers ${TARGETS.map(({ name }) => name).join(', ')}.`)
  .option('--inputs <number>', 'in all', '10000000')
  .option('--seed <number>', 'of the inputs; drawn and printed where none is given')
  .option('--only <name>', 'one reader')
  .option('--workers <number>', 'threads', String(availableParallelism()))
  .option('--finds <file>', 'where finds are written', 'test-results/fuzz.jsonl')
  .option('--replay <file>', 'tries the finds of such a file again, and nothing else')
  .action(async (flags: Flags) => {
    process.exitCode = flags.replay === undefined ? await fuzz(flags) : replay(flags.replay);
  })
  .parseAsync();
