import { createTransport } from 'nodemailer';
import { subjectLine } from '../../core/notifications/mail-text.ts';
import type { SmtpConfig } from '../config/smtp-config.ts';

/** The whole of one message; RFC 5321, 4.5.3.2 would allow minutes for each command. */
const TIMEOUT_MS = 30_000;
/** So much of a server's words is kept. */
const REPLY_CHARACTERS = 500;

export interface MailMessage {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same in every attempt: a mailbox that got it twice can tell. */
  readonly id: string;
}

/** What came of it. */
export type MailAnswer =
  | { readonly kind: 'taken'; readonly reply: string }
  /** `forGood`: the server has refused this very message (RFC 5321, 4.2.1: 5yz), and would again. */
  | { readonly kind: 'refused'; readonly status: number; readonly reply: string; readonly forGood: boolean }
  /** nodemailer's code, such as `ESOCKET`, `ETLS`, `EAUTH`. */
  | { readonly kind: 'unreached'; readonly code: string };

/** What nodemailer hangs on its errors; what it says itself may hold what was sent, and is not kept. */
interface SmtpFailure {
  readonly code?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly permanent?: boolean;
}

/** Hands messages to the mail server that the configuration names, or to none. */
export class Mailer {
  readonly #smtp: SmtpConfig | null;
  readonly #transport: ReturnType<typeof transportTo> | null;

  constructor(smtp: SmtpConfig | null) {
    this.#smtp = smtp;
    this.#transport = smtp && transportTo(smtp);
  }

  get isConfigured(): boolean {
    return this.#smtp !== null;
  }

  /** @returns null when no mail server is configured; never rejects */
  async send(message: MailMessage, signal: AbortSignal): Promise<MailAnswer | null> {
    if (this.#smtp === null || this.#transport === null) return null;
    const { from } = this.#smtp;
    const { to, subject, text, id } = message;
    try {
      const { response } = await this.#transport.sendMail({
        from: { name: 'Umpire', address: from },
        to: { name: '', address: to },
        envelope: { from, to: [to] },
        subject: subjectLine(subject),
        text,
        messageId: `<${id}@${from.split('@')[1] ?? 'umpire'}>`,
        // RFC 3834: no answering machine answers this.
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      return { kind: 'taken', reply: response.slice(0, REPLY_CHARACTERS) };
    } catch (thrown) {
      return answerOf(thrown as SmtpFailure);
    }
  }
}

/** The server's word on the message, on the login, or on neither: then there was no conversation to speak of. */
const OF_THE_MESSAGE = ['EENVELOPE', 'EMESSAGE'];
const OF_THE_LOGIN = 'EAUTH';

const answerOf = ({ code = 'UNKNOWN', response, responseCode, permanent }: SmtpFailure): MailAnswer => {
  const isOfTheMessage = OF_THE_MESSAGE.includes(code);
  if (responseCode === undefined || !(isOfTheMessage || code === OF_THE_LOGIN)) return { kind: 'unreached', code };
  const reply = (response ?? '').slice(0, REPLY_CHARACTERS);
  // A login that is refused says something of the configuration: mended, the same message will be taken.
  return { kind: 'refused', status: responseCode, reply, forGood: permanent === true && isOfTheMessage };
};

const transportTo = ({ host, port, isTls, login }: SmtpConfig) =>
  createTransport({
    host,
    port,
    secure: isTls,
    // A password crosses no wire in the clear; without one, TLS is used where the server offers it.
    requireTLS: !isTls && login !== null && !isLoopback(host),
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password.reveal() } }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    maxResponseSize: 16_384,
    allowInternalNetworkInterfaces: true,
    logger: false,
  });

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
