import type { Algorithm, Heuristics, TieBreaker, Vote } from './qnetd-tool.ts';
import { decimalNodeId, oneOf, type Printed } from './printed-values.ts';

/** The words that qnetd and qdevice share, as `tlv_*_to_str` of qdevices/tlv.c writes them. */
export const tlsSupport = oneOf({ Unsupported: 'unsupported', Supported: 'supported', Required: 'required' } as const);

export const algorithm = oneOf<Algorithm>({
  Test: 'test',
  'Fifty-Fifty split': 'ffsplit',
  '2 Node LMS': '2nodelms',
  LMS: 'lms',
});

export const heuristicsResult = oneOf<Heuristics>({ Undefined: 'undefined', Pass: 'pass', Fail: 'fail' });

export const vote = oneOf<Vote>({
  ACK: 'ack',
  NACK: 'nack',
  'Ask later': 'askLater',
  'Wait for reply': 'waitForReply',
  'No change': 'noChange',
});

const NODE_WITH = 'Node with ';
const NODE_ID = 'node ID ';
const lowestOrHighest = oneOf<TieBreaker>({ 'lowest node ID': 'lowest', 'highest node ID': 'highest' });

/** `Node with lowest node ID`, `Node with highest node ID` or `Node with node ID 3` */
export const tieBreaker: Printed<TieBreaker> = (text) => {
  if (!text.startsWith(NODE_WITH)) return undefined;
  const which = text.slice(NODE_WITH.length);
  if (which.startsWith(NODE_ID)) return decimalNodeId(which.slice(NODE_ID.length));
  return lowestOrHighest(which);
};
