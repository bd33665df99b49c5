const PLAIN = /^[A-Za-z0-9_/.,:@+-]+$/;

/**
 * Writes one string so that a POSIX shell reads it back as one word, byte for byte. The only quoting function.
 *
 * Inside single quotes a POSIX shell takes everything literally (POSIX.1-2024, Shell Command Language, 2.2.2); the one
 * character that cannot stand there is the single quote itself, which is written outside them.
 *
 * @throws TypeError for what no argument can carry: NUL, and halves of surrogate pairs, which have no bytes in UTF-8.
 */
export const quoted = (text: string): string => {
  if (typeof text !== 'string') throw new TypeError('only a string can be part of a command');
  if (text.includes('\0')) throw new TypeError('a part of a command cannot hold NUL');
  if (!text.isWellFormed()) throw new TypeError('a part of a command must be well-formed Unicode');
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
};

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * The text with every control and formatting character spelt out as `\u{1b}`, for transcripts and messages: what a
 * host or a caller sends must not move a reader's cursor, forge a line or turn the direction of writing.
 */
export const visible = (text: string): string =>
  text.replace(INVISIBLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);

const EXCERPT_LENGTH = 200;

/** The beginning of what a host said, fit to stand in a finding. */
export const excerpt = (text: string): string => visible(text.trim().slice(0, EXCERPT_LENGTH));
