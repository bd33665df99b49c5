import { arbiterFacts, type ArbiterFacts } from '../../../src/core/facts/arbiter-facts.ts';
import type { HostFacts } from '../../../src/core/facts/host-facts.ts';
import { nodeFacts, type NodeFacts } from '../../../src/core/facts/node-facts.ts';
import { readSections, section, type Sections } from '../../../src/core/facts/sections.ts';
import * as printed from '../../core/corosync/tools/printed-tools.ts';
import { framed, NONCE } from '../../core/facts/frames.ts';
import { ASKED_AT, RECORDED, recordedText } from '../../core/facts/recorded.ts';
import { mutatedText, textSeeds } from '../mutate-text.ts';
import { firstLie, pick, type Target } from '../target.ts';
import { judgeReading, quorum } from './tools.ts';

interface Look {
  readonly sections: Sections;
  readonly node: NodeFacts;
  readonly arbiter: ArbiterFacts;
}

const frames = ['out', 'err', 'end'].map((edge) => `--${NONCE} ${edge} quorum`);
const seeds = textSeeds(RECORDED.map(recordedText), [
  ...frames,
  `--${NONCE}`,
  'installed',
  'ActiveState=active',
  'inet',
]);

const isEmptyOrEvery = <T>(items: Iterable<T>, holds: (item: T) => boolean): boolean => [...items].every(holds);

/** Free space is the least of what the rows say. */
const spaceIsTold = (sections: Sections, freeKiB: number): boolean => {
  const rows = section(sections, 'space').stdout.split('\n');
  const told = rows.map((row) => row.trim().split(/\s+/)[3] ?? '').filter((column) => /^\d+$/.test(column));
  return told.some((column) => Number(column) === freeKiB) && told.every((column) => Number(column) >= freeKiB);
};

const judgeHost = (text: string, sections: Sections, facts: HostFacts): string | null =>
  firstLie(
    ['root, which id(1) did not say', () => !facts.isRoot || section(sections, 'user').stdout.trim() === '0'],
    ['a machine id that is not there', () => facts.machineId === null || text.includes(facts.machineId)],
    [
      'a clock that is not there',
      () => facts.clockOffsetMs === null || text.includes(String(facts.clockOffsetMs + ASKED_AT)),
    ],
    [
      'an address that is not there',
      () => isEmptyOrEvery(facts.addresses, (one) => text.toLowerCase().includes(` ${one}/`)),
    ],
    [
      'a package that is not installed',
      () => isEmptyOrEvery(facts.packages, ([name, version]) => text.includes(`${name} installed ${version}`)),
    ],
    [
      'a unit that is not there',
      () =>
        isEmptyOrEvery(
          facts.units,
          ([id, unit]) =>
            text.includes(`Id=${id}`) && (unit.active === '' || text.includes(`ActiveState=${unit.active}`)),
        ),
    ],
    ['more room than a file system has', () => facts.freeKiB === null || spaceIsTold(sections, facts.freeKiB)],
    ['signs though the look for them failed', () => facts.signs === null || section(sections, 'signs').exitCode === 0],
    [
      'a sign that is not there',
      () =>
        isEmptyOrEvery(facts.signs ?? [], ({ kind, detail }) => kind === 'hung' || text.includes(`${kind} ${detail}`)),
    ],
  );

const judge = (text: string, { sections, node, arbiter }: Look): string | null =>
  firstLie([
    'a section that does not stand there',
    () => isEmptyOrEvery(sections, ([name, output]) => text.includes(framedAs(name, output, text))),
  ]) ??
  judgeHost(text, sections, node) ??
  judgeHost(text, sections, arbiter) ??
  judgeReading(quorum, section(sections, 'quorum'), node.quorum) ??
  judgeReading(printed.qdevice, section(sections, 'device'), node.device) ??
  judgeReading(printed.qnetdStatus, section(sections, 'status'), arbiter.status) ??
  judgeReading(printed.qnetdList, section(sections, 'clients'), arbiter.clusters) ??
  firstLie(
    [
      'a running version that is not there',
      () => node.runningVersion === null || text.includes(` = ${node.runningVersion}`),
    ],
    ['a file that is not there', () => isEmptyOrEvery(node.files, (path) => text.includes(path))],
    ['a configuration that is not there', () => text.includes(node.config ?? '')],
    [
      'a writable /etc/pve though the look failed',
      () => !node.pve?.writable || section(sections, 'pveWritable').exitCode === 0,
    ],
  );

/** The frame of a section; its exit code may have stood there with zeros before it. */
const framedAs = (name: string, output: Parameters<typeof framed>[1], text: string): string => {
  const whole = framed(name, output);
  if (text.includes(whole)) return whole;
  return (
    ['0', '00']
      .map((zeros) => whole.replace(` err ${name} `, ` err ${name} ${zeros}`))
      .find((one) => text.includes(one)) ?? whole
  );
};

const look: Target<string, Look> = {
  name: 'host-look',
  weight: 1.5,
  draw: (chance) => mutatedText(pick(seeds.texts, chance), chance, seeds),
  read: (text) => {
    const sections = readSections(text, NONCE);
    return {
      sections,
      node: nodeFacts(sections, ASKED_AT, 'duo-1'),
      arbiter: arbiterFacts(sections, ASKED_AT, 'arbiter'),
    };
  },
  takes: ({ sections }) => sections.size > 5,
  judge,
};

export const factTargets: readonly Target[] = [look];
