import { readFileSync } from 'node:fs';
import { mailAddress } from '../../core/notifications/mail-text.ts';
import { Secret } from '../crypto/secret.ts';

/** The mail server that takes what is sent, and in whose name. */
export interface SmtpConfig {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps://`); else STARTTLS where the server offers it. */
  readonly isTls: boolean;
  readonly login: { readonly user: string; readonly password: Secret } | null;
  /** The address that mail comes from. */
  readonly from: string;
}

export interface SmtpVariables {
  readonly UMPIRE_SMTP_URL?: string | undefined;
  readonly UMPIRE_SMTP_PASSWORD_FILE?: string | undefined;
  readonly UMPIRE_MAIL_FROM?: string | undefined;
}

export type SmtpResult =
  | { readonly ok: true; readonly smtp: SmtpConfig | null }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads what belongs to mail, and the file with the password.
 * @returns null when nothing is set; or each problem, which repeats nothing that may be secret
 */
export const readSmtp = (given: SmtpVariables): SmtpResult => {
  const { UMPIRE_SMTP_URL: text, UMPIRE_MAIL_FROM: from, UMPIRE_SMTP_PASSWORD_FILE: file } = given;
  if (text === undefined && from === undefined && file === undefined) return { ok: true, smtp: null };
  if (text === undefined) return { ok: false, problems: ['UMPIRE_SMTP_URL must be set for e-mail to be sent'] };
  if (from === undefined || !mailAddress(from).ok) {
    return { ok: false, problems: ['UMPIRE_MAIL_FROM must be the address that mail comes from, name@domain.example'] };
  }
  const url = readUrl(text);
  if (url === null || url.hostname === '') {
    return {
      ok: false,
      problems: ['UMPIRE_SMTP_URL must be smtp://[USER[:PASSWORD]@]HOST[:PORT] or smtps://…, nothing after it'],
    };
  }
  const password = file === undefined ? new Secret(decodeURIComponent(url.password)) : readPassword(file);
  if (password === null) return { ok: false, problems: [`UMPIRE_SMTP_PASSWORD_FILE cannot be read: ${file}`] };
  const user = decodeURIComponent(url.username);
  const isTls = url.protocol === 'smtps:';
  const port = url.port === '' ? (isTls ? 465 : 587) : Number(url.port);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { ok: true, smtp: { host, port, isTls, login: user === '' ? null : { user, password }, from } };
};

/** Options after the host would be taken for set and do nothing. */
const readUrl = (text: string): URL | null => {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isBare = ['', '/'].includes(url.pathname) && url.search === '' && url.hash === '';
  return isBare && isDecodable(url.username) && isDecodable(url.password) ? url : null;
};

const isDecodable = (text: string): boolean => !/%(?![0-9a-f]{2})/i.test(text);

const readPassword = (file: string): Secret | null => {
  try {
    return new Secret(readFileSync(file, 'utf8').replace(/\r?\n$/, ''));
  } catch {
    return null;
  }
};
