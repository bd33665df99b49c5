/**
 * What one line of corosync.conf is. The tests stand in the order of coroparse.c:parse_section, which decides: `{`
 * anywhere makes a line a section's opening, then `:` anywhere makes it an item, then `}` a closing brace. So
 * `exec_check: /bin/sh -c "{ true; }"` is a broken opening, for corosync as well.
 */
export type LineMeaning =
  | { readonly kind: 'remark' }
  | { readonly kind: 'opening'; readonly name: string }
  | { readonly kind: 'item'; readonly key: string; readonly value: string }
  | { readonly kind: 'closing' }
  | { readonly kind: 'wrong'; readonly code: LineFault };

/** Why corosync refuses a line; each is one `parse_error` of coroparse.c but for `no_break_space`, which is ours. */
export type LineFault =
  | 'line_too_long'
  | 'section_name_missing'
  | 'text_after_opening_brace'
  | 'key_missing'
  | 'text_beside_closing_brace'
  | 'line_not_understood'
  | 'no_break_space';

/** coroparse.c reads with `char line[512]` and fgets: 511 bytes with the line feed, which makes 510 without it. */
export const MAX_LINE_BYTES = 510;

/** White space up to corosync 3.1.7, as Debian 12 ships it. Neither form feed nor vertical tab is white space. */
const BLANKS = ' \t';
/** Since corosync 3.1.8 the byte 0xA0 counts as well ("parser: Allow a non-breaking space as 'whitespace'"). */
const BLANKS_SINCE_3_1_8 = ' \t\u00a0';

/**
 * @param raw one line as it stands in the file, with its terminator if it has one
 * @returns what corosync takes it for. A line that the releases before and since 3.1.8 read differently, because of a
 * byte 0xA0 at the edge of a word, is `wrong`: the nodes of one cluster need not run the same release.
 */
export const meaningOf = (raw: string): LineMeaning => {
  const line = withoutTerminator(raw);
  if (line.length > MAX_LINE_BYTES) return { kind: 'wrong', code: 'line_too_long' };
  const text = withoutTrailingReturn(line);
  const meaning = read(text, BLANKS);
  return text.includes('\u00a0') && !same(meaning, read(text, BLANKS_SINCE_3_1_8))
    ? { kind: 'wrong', code: 'no_break_space' }
    : meaning;
};

const withoutTerminator = (raw: string): string => (raw.endsWith('\n') ? raw.slice(0, -1) : raw);
const withoutTrailingReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

const read = (text: string, blanks: string): LineMeaning => {
  const line = trim(text, blanks);
  if (line === '' || line.startsWith('#')) return { kind: 'remark' };
  if (line.includes('{')) return readOpening(line, blanks);
  if (line.includes(':')) return readItem(line, blanks);
  if (line.includes('}')) {
    return line === '}' ? { kind: 'closing' } : { kind: 'wrong', code: 'text_beside_closing_brace' };
  }
  return { kind: 'wrong', code: 'line_not_understood' };
};

const readOpening = (line: string, blanks: string): LineMeaning => {
  const [before, after] = splitAt(line, line.indexOf('{'));
  const name = trimName(before, blanks);
  if (name === '') return { kind: 'wrong', code: 'section_name_missing' };
  if (trim(after, blanks) !== '') return { kind: 'wrong', code: 'text_after_opening_brace' };
  return { kind: 'opening', name };
};

const readItem = (line: string, blanks: string): LineMeaning => {
  const [before, after] = splitAt(line, line.indexOf(':'));
  const key = trim(before, blanks);
  // Stricter than corosync: up to 3.1.9 it stores ":2" under "totem.", and to this day ": 2" under "totem.:".
  return key === '' ? { kind: 'wrong', code: 'key_missing' } : { kind: 'item', key, value: trim(after, blanks) };
};

const splitAt = (line: string, at: number): readonly [string, string] => [line.slice(0, at), line.slice(at + 1)];

const trim = (text: string, blanks: string): string => {
  let start = 0;
  let end = text.length;
  while (start < end && blanks.includes(text.charAt(start))) start += 1;
  while (end > start && blanks.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
};

/**
 * coroparse.c:remove_whitespace with remove_colon_and_brace: `totem: {` opens `totem`. It never takes the first
 * character, so `: {` opens a section that is called ":".
 */
const trimName = (text: string, blanks: string): string => {
  const name = trim(text, blanks);
  let end = name.length;
  while (end > 1 && `${blanks}:`.includes(name.charAt(end - 1))) end -= 1;
  return name.slice(0, end);
};

const same = (a: LineMeaning, b: LineMeaning): boolean => JSON.stringify(a) === JSON.stringify(b);
