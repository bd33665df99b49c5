import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { AddressInfo } from 'node:net';

/** One message as a server took it. */
export interface SeenMessage {
  readonly from: string;
  readonly to: readonly string[];
  /** The message with its headers, lines ended by CRLF. */
  readonly source: string;
  readonly isTls: boolean;
  readonly user: string | null;
}

/** A real mail server on loopback. */
export interface MailServer {
  readonly port: number;
  readonly seen: SeenMessage[];
  /** What it answers a recipient with; null: it takes it. */
  refuse: { readonly code: number; readonly words: string } | null;
  close(): Promise<void>;
}

const failure = ({ code, words }: { code: number; words: string }): Error =>
  Object.assign(new Error(words), { responseCode: code });

export const startMailServer = async (options: SMTPServerOptions = {}): Promise<MailServer> => {
  const seen: SeenMessage[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    closeTimeout: 100,
    ...options,
    onRcptTo: (_address, _session, done) => done(mail.refuse === null ? null : failure(mail.refuse)),
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        seen.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(parts).toString('utf8'),
          isTls: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
        });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const mail: MailServer = {
    port: (server.server.address() as AddressInfo).port,
    seen,
    refuse: null,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return mail;
};
