import { error, fail, succeed, type Result } from '../../core/finding.ts';

/** RFC 7468: base64 in lines of 64 characters. */
export const encodePem = (label: string, der: Uint8Array): string => {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('base64');
  let lines = '';
  for (let at = 0; at < base64.length; at += 64) lines += `${base64.slice(at, at + 64)}\n`;
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
};

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Takes the one block of these labels out of a text. Explaining text around it is passed over, as RFC 7468 allows and
 * certutil writes it.
 * @param labels for example `['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']`
 * @returns the bytes; or `pem_unreadable` when there is no such block, more than one, or one that is not base64
 */
export const decodePem = (text: string, labels: readonly string[], subject: string): Result<Uint8Array> => {
  const blocks = labels.flatMap((label) => blocksOf(text, label));
  const [block] = blocks;
  const base64 = block?.replace(/\s+/g, '') ?? '';
  if (blocks.length !== 1 || base64 === '' || !BASE64.test(base64)) {
    return fail(
      error('pem_unreadable', subject, `Give one PEM block "${labels[0] ?? ''}".`, { blocks: blocks.length }),
    );
  }
  return succeed(Buffer.from(base64, 'base64'));
};

const blocksOf = (text: string, label: string): string[] =>
  text
    .split(`-----BEGIN ${label}-----`)
    .slice(1)
    .map((rest) => {
      const end = rest.indexOf(`-----END ${label}-----`);
      return end < 0 ? '' : rest.slice(0, end);
    });
