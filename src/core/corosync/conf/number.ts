/**
 * Numbers as the C library reads them, because a value that corosync accepts must not be refused here, nor the other
 * way round: `" +3"` is 3, `0x3` is none. (coroparse.c: safe_atoq, str_to_ull, get_dscp_value.)
 */

/** isspace() in the C locale; the parser has already taken blanks and tabs off both ends. */
const DECIMAL = /^[ \t\n\v\f\r]*([+-]?)(\d+)$/;

const MAX_I64 = 2n ** 63n - 1n;
const MAX_U64 = 2n ** 64n - 1n;

/** @returns the number as strtoll(text, &end, 10) gives it when nothing is left over, or null */
export const signedNumber = (text: string): bigint | null => {
  const value = decimal(text);
  return value !== null && value <= MAX_I64 && value >= -MAX_I64 - 1n ? value : null;
};

/** @returns the number as strtoull(text, &end, 10) gives it, which wraps a negative one around, or null */
export const unsignedNumber = (text: string): bigint | null => {
  const value = decimal(text);
  return value !== null && value <= MAX_U64 && value >= -MAX_U64 ? BigInt.asUintN(64, value) : null;
};

const decimal = (text: string): bigint | null => {
  const match = DECIMAL.exec(text);
  if (!match) return null;
  const magnitude = BigInt(match[2] ?? '');
  return match[1] === '-' ? -magnitude : magnitude;
};

/** strtol(text, &end, 0): decimal, octal with a leading 0, hexadecimal with 0x. An empty text is 0, as it is to corosync. */
const ANY_BASE = /^[ \t\n\v\f\r]*[+-]?(?:0[xX]([0-9a-fA-F]+)|0([0-7]*)|([1-9]\d*))$/;

/** @returns the number of a `totem.ip_dscp` that is not a name, or null */
export const numberInAnyBase = (text: string): number | null => {
  if (text === '') return 0;
  const match = ANY_BASE.exec(text);
  if (!match) return null;
  const [, hexadecimal, octal, digits] = match;
  const magnitude = hexadecimal
    ? parseInt(hexadecimal, 16)
    : octal !== undefined
      ? parseInt(octal || '0', 8)
      : Number(digits);
  return text.includes('-') ? 0 - magnitude : magnitude;
};
