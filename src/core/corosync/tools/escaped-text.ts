const isPlain = (unit: number): boolean => unit >= 0x20 && unit <= 0x7e && unit !== 0x5c;

const escapeUnit = (unit: number): string =>
  isPlain(unit) ? String.fromCharCode(unit) : `\\u${unit.toString(16).padStart(4, '0')}`;

/**
 * Text of unknown origin, made fit for a finding, a log or a page: printable ASCII stays, everything else and the
 * backslash become `\uXXXX`, so that neither line breaks, nor terminal sequences, nor letters that only look alike
 * come through. Two different texts of at most `limit` characters never become equal; a longer one is cut and ends in
 * `…`, which no text that was escaped whole can hold.
 * @param limit how many characters of the original are kept
 */
export const escaped = (text: string, limit: number): string => {
  const kept = text.slice(0, limit);
  const units = Array.from({ length: kept.length }, (_, index) => escapeUnit(kept.charCodeAt(index)));
  return units.join('') + (text.length > limit ? '…' : '');
};

/** A line as it may stand in a finding: escaped, and cut after 80 characters. */
export const excerpt = (line: string): string => escaped(line, 80);
