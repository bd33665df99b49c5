import { error, type Finding } from '../../finding.ts';
import type { ContentFault } from './acceptance.ts';
import type { LineFault } from './line.ts';

/** Why a file is refused that is not a matter of one line alone. */
export type FileFault =
  | 'file_too_large'
  | 'too_many_lines'
  | 'sections_too_deep'
  | 'nul_byte'
  | 'not_a_byte_string'
  | 'closing_brace_missing'
  | 'closing_brace_unexpected';

const NAME_CHARACTERS = 'Letters, digits, ".", "_", "-", "/" and ":" are allowed, three characters at least.';

/** What each fault means and what to do about it. The line's own text is never quoted: it may hold a key. */
const WORDS: Readonly<Record<FileFault | LineFault | ContentFault, string>> = {
  file_too_large: 'The file is larger than 128 KiB, which no corosync.conf is. Check that it is the right file.',
  too_many_lines: 'The file has more than 3000 lines, which no corosync.conf has. Check that it is the right file.',
  sections_too_deep:
    'Sections stand in one another more than ten deep; corosync knows none deeper than four. Remove them.',
  nul_byte: 'The file holds a NUL byte, behind which corosync does not read on. Remove it.',
  not_a_byte_string: 'The text holds characters above U+00FF, so it was decoded. Read the file as bytes.',
  closing_brace_missing: 'A section is not closed before the end of the file. Add the missing "}".',
  closing_brace_unexpected: 'There is a closing brace, but no section is open. Remove it.',
  line_too_long: 'The line is longer than 510 bytes, which is all that corosync reads at once. Shorten it.',
  section_name_missing: 'There is no section name before "{". Write it on the same line.',
  text_after_opening_brace: 'There is text after "{". Put it on the next line; a value may not hold a brace.',
  key_missing: 'There is no key before ":". Write it, or remove the line.',
  text_beside_closing_brace: 'There is text beside "}". A closing brace stands alone on its line.',
  line_not_understood: 'The line is neither a section, nor "key: value", nor a comment. A comment begins with "#".',
  no_break_space:
    'A byte 0xA0 (a no-break space) stands at the edge of a word, where corosync before 3.1.8 takes it for a letter and later ones for a blank. Replace it with a plain space.',
  path_too_long: 'The key is longer than 254 bytes together with the names of its sections. Shorten it.',
  key_name_not_allowed: `Corosync cannot store a key of this name. ${NAME_CHARACTERS}`,
  key_not_allowed_here: 'Corosync does not allow this key in this section. Remove it.',
  value_not_allowed: 'Corosync does not allow this value for this key. See corosync.conf(5) for the range.',
  subsection_not_allowed_here: 'No section may stand inside this one. Close the outer section first.',
  logger_subsys_missing: 'A logger_subsys section names no subsys. Add "subsys: <name>" to it.',
  logging_daemon_name_missing: 'A logging_daemon section names no daemon. Add "name: <name>" to it.',
};

/** @param line counted from 1 @returns the finding for a file that is refused at this line */
export const explain = (fault: keyof typeof WORDS, line: number): Finding =>
  error(fault, `corosync.conf:${line}`, WORDS[fault], { line });
