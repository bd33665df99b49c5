import { fail, succeed, type Result } from '../../finding.ts';
import { faultOfEnd, faultOfItem, faultOfSection, pathIsTooLong, type ContentFault } from './acceptance.ts';
import { knownSection } from './known-keys.ts';
import { meaningOf, type LineFault } from './line.ts';
import { explain, type FileFault } from './parse-faults.ts';
import { joinPath, type CorosyncConf, type Entry } from './tree.ts';

/*
 * Our own limits, as corosync sets none. Thirty-two nodes with eight links each take some ten kilobytes in 400 lines, and no
 * section that corosync knows is deeper than four. Beyond them a node that is hostile could keep the service busy for seconds.
 */
export const MAX_FILE_BYTES = 128 * 1024;
export const MAX_FILE_LINES = 3_000;
export const MAX_DEPTH = 10;

/** A section whose closing brace is still to come; the file itself is the outermost. */
interface OpenSection {
  readonly name: string;
  readonly path: string;
  readonly known: string | null;
  readonly opening: string;
  readonly entries: Entry[];
}

type Fault = FileFault | LineFault | ContentFault;

/**
 * Reads corosync.conf as corosync does, and refuses what any release since 3.1.7 would refuse.
 *
 * @param text the file as a byte string (see `bytes.ts`)
 * @returns the tree, or one error finding whose `params.line` is the line at which corosync, too, would have stopped.
 * A finding never quotes the line: `totem.key` may hold the cluster's shared key. Beyond corosync's own errors a file
 * is refused that is too large or too deep, holds a NUL byte (at which fgets and strlen part ways), is not a byte string, or
 * reads differently in different releases.
 */
export const parse = (text: string): Result<CorosyncConf> => {
  const unfit = faultOfFile(text);
  if (unfit) return fail(explain(unfit, 1));
  const open: OpenSection[] = [{ name: '', path: '', known: null, opening: '', entries: [] }];
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  if (lines.length > MAX_FILE_LINES) return fail(explain('too_many_lines', MAX_FILE_LINES + 1));
  for (const [index, raw] of lines.entries()) {
    const fault = takeLine(open, raw);
    if (fault) return fail(explain(fault, index + 1));
  }
  const [file, ...unclosed] = open;
  return file && unclosed.length === 0
    ? succeed({ entries: file.entries })
    : fail(explain('closing_brace_missing', lines.length));
};

const faultOfFile = (text: string): FileFault | null => {
  if (text.length > MAX_FILE_BYTES) return 'file_too_large';
  if (text.includes('\0')) return 'nul_byte';
  return /[^\u0000-\u00ff]/.test(text) ? 'not_a_byte_string' : null;
};

/** Takes one line into the innermost open section. @returns what is wrong with it, or null */
const takeLine = (open: OpenSection[], raw: string): Fault | null => {
  const section = open.at(-1);
  if (!section) return 'closing_brace_unexpected';
  const meaning = meaningOf(raw);
  switch (meaning.kind) {
    case 'wrong':
      return meaning.code;
    case 'remark':
      section.entries.push({ kind: 'remark', raw });
      return null;
    case 'item':
      return takeItem(section, raw, meaning.key, meaning.value);
    case 'opening':
      return openSection(open, section, raw, meaning.name);
    case 'closing':
      return closeSection(open, section, raw);
  }
};

const takeItem = (section: OpenSection, raw: string, key: string, value: string): Fault | null => {
  if (pathIsTooLong(section.path, key)) return 'path_too_long';
  const entry = { kind: 'item', raw, key, value } as const;
  section.entries.push(entry);
  return faultOfItem({ entry, path: joinPath(section.path, key), known: section.known });
};

const openSection = (open: OpenSection[], around: OpenSection, opening: string, name: string): Fault | null => {
  if (pathIsTooLong(around.path, name)) return 'path_too_long';
  // The file itself is the outermost of those that are open.
  if (open.length > MAX_DEPTH) return 'sections_too_deep';
  const path = joinPath(around.path, name);
  open.push({ name, path, known: knownSection(path, around.known), opening, entries: [] });
  return faultOfSection(around.known);
};

const closeSection = (open: OpenSection[], section: OpenSection, closing: string): Fault | null => {
  const around = open.at(-2);
  if (!around) return 'closing_brace_unexpected';
  const { name, opening, entries } = section;
  around.entries.push({ kind: 'section', name, opening, entries, closing });
  open.pop();
  return faultOfEnd(
    section.path,
    entries.flatMap((entry) => (entry.kind === 'item' ? [entry.key] : [])),
  );
};
