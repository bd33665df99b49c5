import { messageLength, parsePreinitReply, parseServerError } from '../../../src/core/qnetd/probe.ts';
import { readTrial, type Trial } from '../../../src/core/qnetd/trial.ts';
import { mutatedBytes } from '../mutate-bytes.ts';
import { mutatedText, textSeeds } from '../mutate-text.ts';
import { firstLie, pick, type Target } from '../target.ts';

const bytes = (hexadecimal: string): Uint8Array => Uint8Array.from(Buffer.from(hexadecimal.replaceAll(' ', ''), 'hex'));

/** As corosync-qnetd 3.0.3 sent them, started with `-s on` and `-s req`; and the answer to a request before INIT. */
const ANSWERS = [
  bytes('0001 00000012 0000 0004 00000001 0002 0001 01 0003 0001 01'),
  bytes('0001 00000012 0000 0004 00000001 0002 0001 02 0003 0001 01'),
  bytes('0005 0000000e 0000 0004 00000001 0006 0002 000b'),
  bytes('0005 00000006 0006 0002 0004'),
];
const SEQUENCE = 1;
const MODES = { off: 0, on: 1, required: 2 };

interface Answers {
  readonly length: ReturnType<typeof messageLength>;
  readonly reply: ReturnType<typeof parsePreinitReply>;
  readonly error: ReturnType<typeof parseServerError>;
}

const holds = (received: Uint8Array, option: readonly number[]): boolean =>
  Buffer.from(received).includes(Buffer.from(option));

const probe: Target<Uint8Array, Answers> = {
  name: 'qnetd-probe',
  weight: 25,
  draw: (chance) => mutatedBytes(pick(ANSWERS, chance), chance, ANSWERS),
  read: (received) => ({
    length: messageLength(received),
    reply: parsePreinitReply(received, SEQUENCE),
    error: parseServerError(received, SEQUENCE),
  }),
  takes: ({ reply, error }) => reply.ok || error.ok,
  judge: (received, { length, reply, error }) =>
    firstLie(
      [
        'a message is whole whose length does not say so',
        () => !(reply.ok || error.ok) || (length.ok && length.value === received.length),
      ],
      ['TLS has a mode that no option says', () => !reply.ok || holds(received, [0, 2, 0, 1, MODES[reply.value.tls]])],
      [
        'the certificate is required, which no option says',
        () => !reply.ok || holds(received, [0, 3, 0, 1, Number(reply.value.clientCertificateRequired)]),
      ],
      ['an answer to another question', () => !reply.ok || holds(received, [0, 0, 0, 4, 0, 0, 0, SEQUENCE])],
      [
        'an error code that no option says',
        () => !error.ok || holds(received, [0, 6, 0, 2, error.value >> 8, error.value & 0xff]),
      ],
    ),
};

const TRIALS = textSeeds(
  [
    'accepted\n',
    'closed\ntstclnt: write to SSL socket failed: SSL_ERROR_EXPIRED_CERT_ALERT: SSL peer rejected your certificate as expired.\n',
    'closed\ntstclnt: read from socket failed: SSL_ERROR_REVOKED_CERT_ALERT: SSL peer rejected your certificate as revoked.\n',
    'closed\ntstclnt: write to SSL socket failed: PR_CONNECT_RESET_ERROR: TCP connection reset by peer.\n',
    'failed\nno connection to 10.77.0.2:5403: Connection refused\n',
    'failed\nno answer within 10 seconds\n',
  ],
  ['SSL_ERROR_UNKNOWN_CA_ALERT', 'SSL_ERROR_BAD_CERT_ALERT', 'SSL_ERROR_NONE_ALERT', 'accepted', 'closed', 'failed'],
);

const trial: Target<string, Trial> = {
  name: 'certificate-trial',
  weight: 16,
  draw: (chance) => mutatedText(pick(TRIALS.texts, chance), chance, TRIALS),
  read: readTrial,
  takes: ({ verdict }) => verdict !== 'unclear',
  judge: (text, reading) =>
    firstLie(
      ['accepted, which is not all that was said', () => reading.verdict !== 'accepted' || text.trim() === 'accepted'],
      [
        'refused without an alert about the certificate',
        () => reading.verdict !== 'refused' || (text.trim().startsWith('closed') && text.includes(reading.alert)),
      ],
      ['more words than fit', () => reading.verdict !== 'unclear' || reading.why.length <= 200],
    ),
};

export const probeTargets: readonly Target[] = [probe, trial];
