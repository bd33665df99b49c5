/**
 * The lines in which a tool tells a moment that moves on by itself: `Date:` of corosync-quorumtool, the last poll and the last
 * echo of corosync-qdevice-tool. "Connected since" is none of them: it changes only with the connection.
 */
const MOMENTS = new RegExp(
  [
    '^(Date: {13})[A-Z][a-z]{2} [A-Z][a-z]{2} [ 1-3][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}$',
    '^(Last poll call:\\t\\t|Echo reply received:\\t)[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}',
  ].join('|'),
  'gm',
);

/**
 * An output without the moments that it tells, so that two looks which mean the same are the same text. Only what the tool's own
 * parser takes for a time is left out: anything else stays, and makes a difference.
 */
export const timeless = (output: string): string =>
  output.replace(MOMENTS, (_line, date: string | undefined, label: string | undefined) => date ?? label ?? '');
