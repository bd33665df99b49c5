import fc from 'fast-check';

/** Nasty files that corosync nevertheless accepts: odd white space, stray bytes, repeated sections, CRLF, no last line feed. */

const blanks = fc.constantFrom('', '', ' ', '\t', '    ', '\t \t');
const lineEnd = fc.constantFrom('\n', '\n', '\r\n');

const bytes = (forbidden: string) =>
  fc
    .array(fc.integer({ min: 1, max: 255 }), { maxLength: 30 })
    .map((codes) => String.fromCharCode(...codes))
    .map((text) => [...text].filter((character) => !forbidden.includes(character)).join(''));

const comment = bytes('\n').map((text) => `#${text}`);
/** Anything may stand in a value but a brace that opens; a no-break space only where it cannot be taken for an edge. */
const value = bytes('\n\r{\u00a0').map((text) => text.trim());
const key = fc.stringMatching(/^x_[a-zA-Z0-9_./-]{1,12}$/);
const separator = fc.constantFrom(':', ': ', ' : ', ':\t');
const item = fc.tuple(key, separator, value).map((parts) => parts.join(''));

const line = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(blanks, text, blanks, lineEnd).map((parts) => parts.join(''));

const remark = line(fc.oneof(fc.constant(''), comment));
const noise = fc.oneof(remark, line(item));

const opening = fc
  .tuple(fc.stringMatching(/^x_[a-z]{1,8}(\.[a-z]{1,4})?$/), fc.constantFrom(' {', '{', '\t{', ': {', ' :{'))
  .map((parts) => parts.join(''));

const { entries } = fc.letrec<{ entries: string; section: string }>((tie) => ({
  entries: fc
    .array(fc.oneof({ maxDepth: 5 }, noise, noise, tie('section')), { maxLength: 6 })
    .map((parts) => parts.join('')),
  section: fc.tuple(line(opening), tie('entries'), line(fc.constant('}'))).map((parts) => parts.join('')),
}));

const withoutLastLineFeed = (text: string): string => text.replace(/\r?\n$/, '');

/** Any file in corosync's syntax, about nothing in particular. */
export const anyFile: fc.Arbitrary<string> = fc
  .tuple(entries, fc.boolean())
  .map(([text, cut]) => (cut ? withoutLastLineFeed(text) : text));

interface Dress {
  readonly before: readonly string[];
  readonly indent: string;
  readonly after: string;
  readonly end: string;
}

const dress: fc.Arbitrary<Dress> = fc.record({
  before: fc.array(noise, { maxLength: 2 }),
  indent: blanks,
  after: blanks,
  end: lineEnd,
});

const twoNodeLines = fc.array(fc.constantFrom('two_node: 1', 'two_node:1', 'two_node :  0', 'two_node: +1'), {
  maxLength: 2,
});

const quorumSections = fc
  .tuple(twoNodeLines, fc.nat(2), fc.option(twoNodeLines, { nil: undefined }))
  .map(([twoNode, at, second]) => [
    'quorum {',
    ...twoNode.slice(0, at),
    'provider: corosync_votequorum',
    ...twoNode.slice(at),
    '}',
    ...(second ? ['quorum{', ...second, '}'] : []),
  ]);

const nodeSection = (id: number): readonly string[] => [
  'node {',
  `nodeid: ${id}`,
  `ring0_addr: 192.0.2.${id}`,
  `name: n${id}`,
  '}',
];

const nodelist = (count: number): readonly string[] => [
  'nodelist {',
  ...Array.from({ length: count }, (_, index) => nodeSection(index + 1)).flat(),
  '}',
];

const totem = (version: number): readonly string[] => [
  'totem {',
  'version: 2',
  `config_version: ${version}`,
  'cluster_name: c1',
  '}',
];

const dressed = (lines: readonly string[]): fc.Arbitrary<string> =>
  fc.array(dress, { minLength: lines.length, maxLength: lines.length }).map((dresses) =>
    lines
      .flatMap((text, index) => {
        const { before, indent, after, end } = dresses[index] ?? { before: [], indent: '', after: '', end: '\n' };
        return [...before, `${indent}${text}${after}${end}`];
      })
      .join(''),
  );

/** A cluster without a device that may be given one: two, four or six nodes, two_node here and there or nowhere. */
export const clusterFile: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(2, 4, 6), fc.nat(1_000_000), quorumSections, fc.boolean())
  .chain(([count, version, quorum, quorumFirst]) =>
    dressed(
      quorumFirst
        ? [...quorum, ...nodelist(count), ...totem(version)]
        : [...totem(version), ...nodelist(count), ...quorum],
    ),
  )
  .chain((text) => fc.boolean().map((cut) => (cut ? withoutLastLineFeed(text) : text)));
