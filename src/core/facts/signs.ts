import { wasKilled, type ToolOutput } from '../corosync/tools/tool.ts';
import { section, type Sections } from './sections.ts';

/** What kind of thing a host shows beside its plain facts; each is a line of `src/hosts/scripts/signs.sh`, or a tool that was killed. */
const KINDS = [
  'read-only',
  'going-down',
  'reboot-required',
  'maintenance',
  'package-lock',
  'tool',
  'editing',
  'other-umpire',
  'young-qnetd',
] as const;

export type SignKind = (typeof KINDS)[number] | 'hung';

/** A sign that somebody or something else is at work on a host, or soon will be. */
export interface Sign {
  readonly kind: SignKind;
  /** What the kind says it is: a path, a process, an age in seconds with a subject, a daemon. */
  readonly detail: string;
}

const isKnown = (kind: string): kind is SignKind => KINDS.some((known) => known === kind);

/**
 * The signs of one look.
 * @param tools sections that ask a daemon, each with the daemon's name: one that had to be killed is a sign, too
 * @returns null when the look did not tell: that is no proof that there are none
 */
export const signsOf = (sections: Sections, tools: Readonly<Record<string, string>> = {}): readonly Sign[] | null => {
  const told = signLines(section(sections, 'signs'));
  if (told === null) return null;
  const hung = Object.entries(tools)
    .filter(([name]) => wasKilled(section(sections, name)))
    .map(([, daemon]) => ({ kind: 'hung' as const, detail: daemon }));
  return [...told, ...hung.filter(({ detail }, index) => hung.findIndex((one) => one.detail === detail) === index)];
};

/** A line that is none of ours makes all of them unknown: what it would have said is not known either. */
const signLines = ({ exitCode, stdout }: ToolOutput): readonly Sign[] | null => {
  if (exitCode !== 0) return null;
  const signs: Sign[] = [];
  for (const line of stdout.split('\n').filter((text) => text.trim() !== '')) {
    const [, kind = '', detail = ''] = /^([a-z-]+) (.+)$/.exec(line) ?? [];
    if (!isKnown(kind)) return null;
    signs.push({ kind, detail });
  }
  return signs;
};

/** The first sign of a kind, or null. Unknown signs are none here; the gates refuse them as such. */
export const signOf = (signs: readonly Sign[] | null, kind: SignKind, detail?: string): Sign | null =>
  signs?.find((sign) => sign.kind === kind && (detail === undefined || sign.detail === detail)) ?? null;
