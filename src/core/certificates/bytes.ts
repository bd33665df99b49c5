const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Bytes as lower-case hexadecimal digits.
 * @param start the first byte to show, @param end the one after the last
 */
export const hex = (bytes: Uint8Array, start = 0, end = bytes.length): string => {
  let text = '';
  for (let i = start; i < end; i += 1) text += DIGITS[bytes[i] ?? 0] ?? '';
  return text;
};

/** True when both hold the same bytes. Not for secrets: it takes longer the more is equal. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
};
