import type { Chance } from '../faults/chance.ts';
import { below, pick } from './target.ts';

/** Honest texts, and the words out of which they and their like are made. */
export interface TextSeeds {
  readonly texts: readonly string[];
  readonly words: readonly string[];
}

/** @param more words that no seed holds, but which mean something to the reader */
export const textSeeds = (texts: readonly string[], more: readonly string[] = []): TextSeeds => {
  const tokens = texts.flatMap((text) => text.split(/[\s,]+/));
  const values = texts.flatMap((text) => text.split('\n').map((line) => line.slice(line.indexOf(':') + 1).trim()));
  return { texts, words: [...new Set([...tokens, ...values, ...more])].filter((word) => word !== '') };
};

const NUMBERS = [
  ...['0', '1', '-1', '2', '00', '01', '+1', '1.0', '1e3', '0x1', ' 1', '255', '256', '65535', '65536'],
  ...['2147483647', '2147483648', '4294967295', '4294967296', '9007199254740993', '18446744073709551615'],
  ...['18446744073709551616', '99999999999999999999999', 'NaN', 'Infinity', '١'],
];
const CHARACTERS = [
  ...['\0', '\u0001', '\u001b', '\u007f', '\u0085', '\u00a0', '\u2028', '\ufeff', '\ud800', '\uffff', '\u00e9'],
  ...[
    '\r',
    '\n',
    '\t',
    ' ',
    '"',
    "'",
    '\\',
    ':',
    ';',
    ',',
    '(',
    ')',
    '[',
    '{',
    '}',
    '=',
    '#',
    '%',
    '$',
    '-',
    '/',
    '0',
    'A',
  ],
];

type Edit = (text: string, chance: Chance, seeds: TextSeeds) => string;
type LineEdit = (lines: string[], at: number, chance: Chance, seeds: TextSeeds) => unknown;

const lineOf = ({ texts }: TextSeeds, chance: Chance): string => pick(pick(texts, chance).split('\n'), chance);

/** A line without what stands behind its colon and the blanks that follow. */
const upToValue = (line: string): string => {
  const colon = line.indexOf(':');
  return line.slice(0, line.length - line.slice(colon + 1).trimStart().length);
};

const LINE_EDITS: readonly LineEdit[] = [
  (lines, at) => lines.splice(at, 1),
  (lines, at) => lines.splice(at, 0, lines[at] ?? ''),
  (lines, at, chance) => lines.splice(below(lines.length, chance), 0, lines[at] ?? ''),
  (lines, at, chance) => {
    const other = below(lines.length, chance);
    [lines[at], lines[other]] = [lines[other] ?? '', lines[at] ?? ''];
  },
  (lines, at, chance) => lines.splice(below(lines.length, chance), 0, ...lines.splice(at, 1 + below(4, chance))),
  (lines, at, chance, seeds) => (lines[at] = lineOf(seeds, chance)),
  (lines, at, chance, seeds) => lines.splice(at, 0, lineOf(seeds, chance)),
  (lines, at) => lines.splice(at, 2, `${lines[at] ?? ''}${lines[at + 1] ?? ''}`),
  (lines, at, chance) => lines.splice(at, 1 + below(lines.length, chance)),
  (lines, at) => (lines[at] = `${lines[at] ?? ''}\r`),
  (lines, at, chance, { words }) => (lines[at] = `${upToValue(lines[at] ?? '')}${pick(words, chance)}`),
  (lines, at) => (lines[at] = (lines[at] ?? '').trim()),
];

const onLines: Edit = (text, chance, seeds) => {
  const lines = text.split('\n');
  pick(LINE_EDITS, chance)(lines, below(lines.length, chance), chance, seeds);
  return lines.join('\n');
};

/** Puts something in the place of the next match at or behind a random position. */
const replaceNear =
  (pattern: () => RegExp, replacement: (found: string, chance: Chance, seeds: TextSeeds) => string): Edit =>
  (text, chance, seeds) => {
    const near = pattern();
    near.lastIndex = below(text.length + 1, chance);
    const found = near.exec(text);
    if (found === null) return text;
    return text.slice(0, found.index) + replacement(found[0], chance, seeds) + text.slice(near.lastIndex);
  };

const tweaked = (digits: string, chance: Chance): string => {
  const step = pick([1, -1, 10, 0x100], chance);
  return chance() < 0.5 ? pick(NUMBERS, chance) : String(Number(digits.slice(0, 15)) + step);
};

const onNumber = replaceNear(() => /\d+/g, tweaked);
const onWord = replaceNear(
  () => /[^\s,]+/g,
  (_, chance, { words }) => pick(words, chance),
);
const onBlanks = replaceNear(
  () => /[ \t]+/g,
  (found, chance) => pick(['', ' ', '\t', `${found} `, found.slice(1)], chance),
);

const onCharacter: Edit = (text, chance, { words }) => {
  const at = below(text.length + 1, chance);
  const character = pick(CHARACTERS, chance);
  return pick(
    [
      () => text.slice(0, at) + text.slice(at + 1),
      () => text.slice(0, at) + character + text.slice(at),
      () => text.slice(0, at) + character + text.slice(at + 1),
      () => text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << below(8, chance))) + text.slice(at + 1),
      () => text.slice(0, at) + pick(words, chance) + text.slice(at),
      () => text.slice(0, at),
      () => text.slice(at),
    ],
    chance,
  )();
};

const LARGE = 1 << 20;

/** Repeats a line, a word or a character until it is large: the food of readers that are quadratic or go back. */
const inflate: Edit = (text, chance, seeds) => {
  const lines = text.split('\n');
  const at = below(lines.length, chance);
  const size = 2 ** (6 + below(15, chance));
  const unit = pick(
    [
      `${lines[at] ?? ''}\n`,
      `${lines.slice(at, at + 6).join('\n')}\n`,
      pick(seeds.words, chance),
      pick(CHARACTERS, chance),
      `${pick(seeds.words, chance)}, `,
    ],
    chance,
  );
  const many = (unit || 'x').repeat(Math.ceil(size / (unit.length || 1))).slice(0, LARGE);
  const position = below(text.length + 1, chance);
  return text.slice(0, position) + many + text.slice(position);
};

/** Most mutants are small; of large ones, one in some hundreds is enough. */
const SMALL: readonly Edit[] = [onLines, onLines, onNumber, onWord, onBlanks, onCharacter, onCharacter];
const LARGE_ONE_IN = 1_500;
const GARBAGE_ONE_IN = 30;

const garbage = (chance: Chance, { words }: TextSeeds): string => {
  const unit = pick(
    [() => pick(words, chance), () => pick(CHARACTERS, chance), () => String.fromCharCode(below(256, chance))],
    chance,
  );
  return Array.from({ length: below(200, chance) }, () => unit() + pick(['', ' ', '\n'], chance)).join('');
};

/** Changes a text here and there, as a damaged, a foreign or a hostile tool would print it; now and then makes one up. */
export const mutatedText = (text: string, chance: Chance, seeds: TextSeeds): string => {
  if (below(GARBAGE_ONE_IN, chance) === 0) return garbage(chance, seeds);
  let mutant = below(LARGE_ONE_IN, chance) === 0 ? inflate(text, chance, seeds) : text;
  do mutant = pick(SMALL, chance)(mutant, chance, seeds);
  while (chance() < 0.4);
  return mutant;
};
