import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALERT_RULES } from '../src/core/alerts/rule.ts';
import { VOTE_FINDING_CODES } from '../src/core/quorum/vote-finding.ts';

const ROOT = join(import.meta.dirname, '..');
const CODE = '[a-z]+(?:_[a-z0-9]+)*';

const filesIn = (directory: string): string[] =>
  readdirSync(join(ROOT, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));

const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

/** Who makes findings and problems says a code first: any function does with two words or more, these with one as well. */
const MAKERS = ['error', 'warning', 'info', 'voteError', 'voteWarning', 'voteInfo', 'refuse', 'conflict', 'badRequest'];
const CALL = new RegExp(String.raw`(?<![.@\w])\w+\(\s*(?:\d{3},\s*)?'([a-z]+(?:_[a-z0-9]+)+)'`, 'g');
const SHORT_CALL = new RegExp(String.raw`(?<![.@\w])(?:${MAKERS.join('|')})\(\s*'(${CODE})'`, 'g');
const PROBLEM = new RegExp(String.raw`new Problem\(\s*\d{3},\s*'(${CODE})'`, 'g');
/** Tables of rules: `code: 'x'`; a tool's `code` begins two codes (`core/corosync/tools/strict-tool.ts`). */
const RULE = /\bcode: '([a-z]+(?:_[a-z0-9]+)+)'/g;
const TOOL = /^ {2}code: '([a-z]+)',$/gm;
/** Tables of words by code. */
const WORD_TABLES = ['src/platform/ssh/ssh-failure.ts', 'src/core/corosync/conf/parse-faults.ts'];
const WORDS = new RegExp(String.raw`^ {2}(${CODE}):(?=$| ['"\x60])`, 'gm');
const STATUSES = new RegExp(String.raw`(?:^ {2}\d{3}:|\?\?) '(${CODE})',$`, 'gm');
const SHELL = new RegExp(String.raw`\brefuse (${CODE})|umpire: (${CODE}): `, 'g');

const SOURCES = filesIn('src');

const codesIn = (path: string): string[] => {
  const text = textOf(path);
  if (path.endsWith('.sh')) return [...text.matchAll(SHELL)].map((match) => match[1] ?? match[2] ?? '');
  if (!path.endsWith('.ts')) return [];
  const ofTools = path.includes('corosync/tools/')
    ? all(text, TOOL).flatMap((tool) => [`${tool}_down`, `${tool}_unreadable`])
    : [];
  const ofWords = WORD_TABLES.includes(path) ? all(text, WORDS) : [];
  const ofStatuses = path.endsWith('problem-of.ts') ? all(text, STATUSES) : [];
  return [
    ...[CALL, SHORT_CALL, PROBLEM, RULE].flatMap((pattern) => all(text, pattern)),
    ...ofTools,
    ...ofWords,
    ...ofStatuses,
  ];
};

/** Figures for Prometheus have names of the same form. */
const isMetric = (code: string): boolean => code.startsWith('umpire_');

const CODES = new Set<string>([...VOTE_FINDING_CODES, ...SOURCES.flatMap(codesIn).filter((code) => !isMetric(code))]);
const PAGES = ['README.md', 'CHANGELOG.md', 'src/README.md', 'test/lab/README.md', ...filesIn('docs')].filter((path) =>
  path.endsWith('.md'),
);
const TROUBLESHOOTING = textOf('docs/troubleshooting.md');
/** The codes in the first or second column of the tables. */
const EXPLAINED = new Set(
  TROUBLESHOOTING.split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('`'))
    .flatMap((line) =>
      all(
        line
          .split('|')
          .slice(1, line.startsWith('| 4') || line.startsWith('| 5') ? 3 : 2)
          .join(' '),
        /`([a-z0-9_]+)`/g,
      ),
    ),
);

describe('the troubleshooting page', () => {
  it('explains every code that the service can answer with', () => {
    expect([...CODES].filter((code) => !EXPLAINED.has(code)).toSorted()).toEqual([]);
  });

  it('explains no code that does not exist', () => {
    expect([...EXPLAINED].filter((code) => !CODES.has(code)).toSorted()).toEqual([]);
  });

  it.each([
    ['a call', 'already_onboarded'],
    ['a call over two lines', 'job_frozen'],
    ['a rule in a table', 'auto_tie_breaker_set'],
    ['a table of words', 'ssh_authentication_failed'],
    ['a fault of a file', 'no_break_space'],
    ['a shell script', 'votes_missing'],
    ['a shell script that says it by itself', 'config_not_running'],
    ['a tool', 'quorumtool_unreadable'],
    ['a status', 'method_not_allowed'],
    ['a problem', 'token_expired'],
  ])('is held against codes found in the source: in %s', (_, code) => {
    expect(CODES).toContain(code);
  });
});

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (path: string): string[] => all(textOf(path), /^#+ (.+)$/gm).map(anchorOf);
const linksOf = (path: string): string[] =>
  all(textOf(path), /\]\(([^)\s]+)\)/g).filter((link) => !/^[a-z]+:/.test(link));

describe('the documents', () => {
  it.each(PAGES)('%s links only to what is there', (page) => {
    const broken = linksOf(page).filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
      return !existsSync(join(ROOT, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it.each(PAGES)('%s names only source files that are there', (page) => {
    const named = all(textOf(page), /`((?:src|test|docker|migrations)\/[\w./-]+)`/g);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('the configuration table has every variable that is read, and no other', () => {
    const read = all(textOf('src/platform/config/config.ts'), /^ {2}([A-Z_]+): (?:z|url)\b/gm);
    const table = all(textOf('README.md'), /^\| `([A-Z_]+)` \|/gm);
    expect(read.length).toBeGreaterThan(5);
    expect(table.toSorted()).toEqual(read.toSorted());
  });

  it('the alerts page has every rule, with its defaults', () => {
    const seconds = (of: number): string => (of === 0 ? 'at once' : `${of} s`);
    const lines = ALERT_RULES.map(({ name, severity, afterSeconds, resolveAfterSeconds, quietInMaintenance: quiet }) =>
      [`| \`${name}\``, severity, seconds(afterSeconds), seconds(resolveAfterSeconds), quiet ? 'yes' : 'no', ''].join(
        ' | ',
      ),
    );
    const page = textOf('docs/alerts.md');
    expect(lines.filter((line) => !page.includes(line))).toEqual([]);
    expect(all(page, /^\| `([a-z_]+)` \|/gm)).toEqual(ALERT_RULES.map(({ name }) => name));
  });

  it.each([
    ['onboarding', 'onboard'],
    ['offboarding', 'offboard'],
  ])('the %s page has every step of the job', (page, job) => {
    const kind = textOf(`src/jobs/kinds/${job}.ts`);
    const names = SOURCES.filter((path) => path.startsWith('src/jobs/steps/')).flatMap((path) =>
      all(textOf(path), /planned\(\s*'([a-z-]+)'/g),
    );
    const makers = new Map(
      names.map((name) => [name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()), name]),
    );
    const used = [...makers].filter(([maker]) => kind.includes(`${maker}(`)).map(([, name]) => name);
    expect(used.length).toBeGreaterThan(8);
    expect(used.filter((name) => !textOf(`docs/${page}.md`).includes(`| \`${name}\` |`))).toEqual([]);
  });
});

/** The sentences of the README that promise something, each with its proofs: the words of a test's title, and its file. */
const promises = (): { sentence: string; proofs: { words: string; file: string }[] }[] => {
  const [, section = ''] = /^## What Umpire never does to a cluster$([\s\S]*?)^## /m.exec(textOf('README.md')) ?? [];
  return section
    .split(/^- /m)
    .slice(1)
    .map((bullet) => (bullet.split('\n\n')[0] ?? '').replace(/\s+/g, ' '))
    .map((bullet) => ({
      sentence: bullet.split(' Proof:')[0] ?? '',
      proofs: [...(bullet.split(' Proof:')[1] ?? '').matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)].map(
        ([, words = '', file = '']) => ({ words, file }),
      ),
    }));
};

describe('what Umpire never does', () => {
  it('is said in sentences that are found', () => {
    expect(promises().length).toBeGreaterThan(9);
  });

  it.each(promises())('is proven by tests that are there: $sentence', ({ proofs }) => {
    expect(proofs.length).toBeGreaterThan(0);
    const absent = proofs.filter(
      ({ words, file }) => !file.endsWith('.spec.ts') || !existsSync(join(ROOT, file)) || !textOf(file).includes(words),
    );
    expect(absent).toEqual([]);
  });
});
