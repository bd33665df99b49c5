/**
 * The way between a file's bytes and the byte strings of this folder: one character for each byte (ISO 8859-1 without
 * the meaning), so nothing is lost whatever encoding a comment was written in. UTF-8 would not do: a file need not be
 * valid UTF-8, and corosync 3.1.8 and later take the single byte 0xA0 for white space even inside a UTF-8 character.
 */

/** @param bytes a file's content @returns the byte string that `parse` takes */
export const byteString = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};

/**
 * @param text a byte string, for example what `print` returned
 * @returns the bytes to write
 * @throws RangeError for a character above U+00FF: such a text was never read from bytes
 */
export const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code > 0xff) throw new RangeError('not a byte string');
    return code;
  });
