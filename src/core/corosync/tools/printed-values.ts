import { nodeId, type NodeId } from '../../names.ts';
import type { RingId } from './tool.ts';

/**
 * Reads one value in the form in which C's printf writes it, and in no other: no sign, no leading zeros, no blanks
 * around it. `undefined` when the text is not such a value, or one outside the range of the C type behind it.
 */
export type Printed<T> = (text: string) => T | undefined;

const U32_MAX = 0xffff_ffff;
const U64_MAX = 0xffff_ffff_ffff_ffffn;

const wholeNumber =
  (maximum: number): Printed<number> =>
  (text) => {
    if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
    const value = Number(text);
    return value <= maximum ? value : undefined;
  };

/** `%u`, `PRIu32` */
export const u32 = wholeNumber(U32_MAX);
/** `%d` of a value that is never below zero */
export const positiveInt = wholeNumber(0x7fff_ffff);
/** `PRIu16` */
export const port = wholeNumber(0xffff);
/** `%zu`, as far as a JavaScript number is exact */
export const size = wholeNumber(Number.MAX_SAFE_INTEGER);

/** `PRIu64`, kept as text because a JavaScript number is not exact above 2^53. */
export const u64Text: Printed<string> = (text) =>
  /^(?:0|[1-9][0-9]{0,19})$/.test(text) && BigInt(text) <= U64_MAX ? text : undefined;

/** A node id in decimal; 0 is votequorum's own number for the device and no node's (`VOTEQUORUM_QDEVICE_NODEID`). */
export const decimalNodeId: Printed<NodeId> = (text) => {
  const value = u32(text);
  return value === undefined ? undefined : (nodeId(value) ?? undefined);
};

/** `0x%08x`, as `corosync-quorumtool -H` prints node ids */
export const hexadecimalU32: Printed<number> = (text) =>
  /^0x[0-9a-f]{8}$/.test(text) ? Number.parseInt(text.slice(2), 16) : undefined;

/** `%x.%llx`: `CS_PRI_RING_ID` of corosync 3.0.3 and later, `UTILS_PRI_RING_ID` of every qdevice and qnetd */
export const ringId: Printed<RingId> = (text) =>
  /^(?:0|[1-9a-f][0-9a-f]{0,7})\.(?:0|[1-9a-f][0-9a-f]{0,15})$/.test(text)
    ? {
        representative: Number.parseInt(text, 16),
        sequence: text.slice(text.indexOf('.') + 1),
      }
    : undefined;

/** `%d/%llu`: the ring id of corosync 2.4 to 3.0.2. Its node id is unsigned but printed with a sign. */
export const decimalRingId: Printed<RingId> = (text) => {
  if (!/^-?[0-9]{1,10}\/[0-9]{1,20}$/.test(text)) return undefined;
  const slash = text.indexOf('/');
  const representative = Number(text.slice(0, slash));
  const sequence = u64Text(text.slice(slash + 1));
  const isInt32 = String(representative | 0) === text.slice(0, slash);
  return sequence !== undefined && isInt32
    ? { representative: representative >>> 0, sequence: BigInt(sequence).toString(16) }
    : undefined;
};

/** One of a closed list of texts, each with what it means. */
export const oneOf = <T>(meanings: Readonly<Record<string, T>>): Printed<T> => {
  const known = new Map(Object.entries(meanings));
  return (text) => known.get(text);
};

export const yesOrNo = oneOf({ Yes: true, No: false });

/** `%ums` */
export const milliseconds: Printed<number> = (text) => (text.endsWith('ms') ? u32(text.slice(0, -2)) : undefined);

/** A name from somebody's configuration: not empty, without control characters, at most 255 characters. */
export const printableText: Printed<string> = (text) =>
  /^[^\p{Cc}\p{Zl}\p{Zp}]{1,255}$/u.test(text) ? text : undefined;

/** Such a name, or nothing, where corosync did not know it. */
export const printableOrNothing: Printed<string> = (text) => (text === '' ? '' : printableText(text));

/** `%s:%u`; an IPv6 address stands without brackets, so the last colon divides. */
export const endpoint: Printed<{ readonly host: string; readonly port: number }> = (text) => {
  const colon = text.lastIndexOf(':');
  const host = colon < 0 ? undefined : printableText(text.slice(0, colon));
  const number = port(text.slice(colon + 1));
  return host === undefined || number === undefined ? undefined : { host, port: number };
};

/** Reads each piece of a list printed with `, ` between its members; one piece that is none spoils the list. */
export const commaSeparated =
  <T>(member: Printed<T>): Printed<readonly T[]> =>
  (text) => {
    const members = text.split(', ').map(member);
    return members.every((value) => value !== undefined) ? members : undefined;
  };

/** Divides `a (b)` into `a` and `b`; without brackets at its end, the whole text and null. */
export const splitRemark = (text: string): readonly [word: string, remark: string | null] => {
  const open = text.indexOf(' (');
  return open >= 0 && text.endsWith(')') ? [text.slice(0, open), text.slice(open + 2, -1)] : [text, null];
};

/** `%04d-%02d-%02dT%02d:%02d:%02d`: the daemon's local time, which is printed without a zone and stays text therefore. */
export const localTime: Printed<string> = (text) =>
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$/.test(text) ? text : undefined;
