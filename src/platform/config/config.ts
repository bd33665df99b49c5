import { join } from 'node:path';
import { z } from 'zod';
import { isCidr } from '../webhook/addresses.ts';
import { readSmtp, type SmtpConfig } from './smtp-config.ts';
import type { Cadence } from '../../core/quorum/cadence.ts';
import { SECOND_MS } from '../../core/time.ts';

/** The service's configuration, read once at boot from the environment. */
export interface Config {
  /** Directory of the embedded databases and, unless told otherwise, of the key-encryption key. */
  readonly dataDirectory: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** The first admin token, or null: then one is made and printed at first boot. */
  readonly adminToken: string | null;
  readonly kekFile: string;
  /** `postgres://…`, or null for the embedded SQLite database. */
  readonly databaseUrl: string | null;
  /** `redis://…`, or null for the embedded queue. */
  readonly redisUrl: string | null;
  readonly role: Role;
  /** Ranges in CIDR that webhooks may reach although they are not public. */
  readonly webhookAllow: readonly string[];
  /** The mail server, or null: then no e-mail is sent. */
  readonly smtp: SmtpConfig | null;
  /** How often arbiters and nodes are looked at. */
  readonly cadence: Cadence;
  /** For how many days raw readings are kept. */
  readonly readingsDays: number;
  /** For how many days changes of the vote are kept. */
  readonly transitionsDays: number;
}

export type Role = 'all' | 'api' | 'worker';

/** Injection token: `@Inject(CONFIG) config: Config`. */
export const CONFIG = Symbol('Config');

/** sysexits(3): EX_CONFIG, "something was found in an unconfigured or misconfigured state". */
export const EXIT_BAD_CONFIGURATION = 78;

const LISTEN = /^(?:\[(?<v6>[0-9a-fA-F:]+)\]|(?<host>[^:\s]+)):(?<port>\d{1,5})$/;

const listen = z.string().transform((text, context) => {
  const match = LISTEN.exec(text);
  const port = Number(match?.groups?.port);
  const host = match?.groups?.v6 ?? match?.groups?.host;
  if (!host || port > 65_535) {
    context.addIssue({ code: 'custom', message: 'must be ADDRESS:PORT, for example 127.0.0.1:8750 or [::1]:8750' });
    return z.NEVER;
  }
  return { host, port };
});

const url = (schemes: readonly string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && schemes.includes(new URL(text).protocol),
      `must be a URL that begins with ${schemes.join('// or ')}//`,
    );

const cidrs = z.string().transform((text, context) => {
  const ranges = text.split(',').map((range) => range.trim());
  if (ranges.every(isCidr)) return ranges;
  context.addIssue({
    code: 'custom',
    message: 'must be ranges with commas between them, such as 10.20.0.0/16,fd00::/8',
  });
  return z.NEVER;
});
/** Whole seconds within bounds, in milliseconds. */
const seconds = (least: number, most: number) =>
  z.string().transform((text, context) => {
    const value = /^[0-9]{1,5}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value * SECOND_MS;
    context.addIssue({ code: 'custom', message: `must be a whole number of seconds from ${least} to ${most}` });
    return z.NEVER;
  });
/** A whole number of days. */
const days = (most: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, 'must be a whole number of days')
    .transform(Number)
    .refine((count) => count >= 1 && count <= most, `must be between 1 and ${most} days`);

const environment = z.object({
  UMPIRE_DATA: z.string().min(1).default('./data'),
  UMPIRE_LISTEN: z.string().default('127.0.0.1:8750').pipe(listen),
  UMPIRE_ADMIN_TOKEN: z
    .string()
    .min(32, 'must have at least 32 characters')
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without blanks')
    .optional(),
  UMPIRE_KEK_FILE: z.string().min(1).optional(),
  DATABASE_URL: url(['postgres:', 'postgresql:']).optional(),
  REDIS_URL: url(['redis:', 'rediss:', 'redis+unix:', 'unix:']).optional(),
  UMPIRE_ROLE: z.enum(['all', 'api', 'worker']).default('all'),
  UMPIRE_WEBHOOK_ALLOW: z.string().pipe(cidrs).optional(),
  UMPIRE_SMTP_URL: url(['smtp:', 'smtps:']).optional(),
  UMPIRE_SMTP_PASSWORD_FILE: z.string().min(1).optional(),
  UMPIRE_MAIL_FROM: z.string().optional(),
  UMPIRE_ARBITER_EVERY_SECONDS: z.string().default('5').pipe(seconds(1, 300)),
  UMPIRE_NODES_EVERY_SECONDS: z.string().default('60').pipe(seconds(5, 3600)),
  UMPIRE_READINGS_DAYS: z.string().default('7').pipe(days(3_660)),
  UMPIRE_TRANSITIONS_DAYS: z.string().default('1826').pipe(days(36_600)),
});

export type ConfigResult =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads the configuration.
 * @param env the process's environment; an empty value counts as not set
 * @returns the configuration, or every problem found, one sentence each; a value that may be secret is never repeated
 */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): ConfigResult => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    return {
      ok: false,
      problems: [
        ...parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`),
        ...roleProblems(given),
      ],
    };
  }
  const values = parsed.data;
  const mail = readSmtp(values);
  const problems = [...roleProblems(given), ...(mail.ok ? [] : mail.problems)];
  if (problems.length > 0 || !mail.ok) return { ok: false, problems };
  return {
    ok: true,
    config: {
      dataDirectory: values.UMPIRE_DATA,
      listen: values.UMPIRE_LISTEN,
      adminToken: values.UMPIRE_ADMIN_TOKEN ?? null,
      kekFile: values.UMPIRE_KEK_FILE ?? join(values.UMPIRE_DATA, 'kek'),
      databaseUrl: values.DATABASE_URL ?? null,
      redisUrl: values.REDIS_URL ?? null,
      role: values.UMPIRE_ROLE,
      webhookAllow: values.UMPIRE_WEBHOOK_ALLOW ?? [],
      smtp: mail.smtp,
      cadence: {
        arbiterEveryMs: values.UMPIRE_ARBITER_EVERY_SECONDS,
        nodesEveryMs: values.UMPIRE_NODES_EVERY_SECONDS,
      },
      readingsDays: values.UMPIRE_READINGS_DAYS,
      transitionsDays: values.UMPIRE_TRANSITIONS_DAYS,
    },
  };
};

/** An API process and a worker process meet in the database and in the queue, so the embedded ones cannot serve them. */
const roleProblems = (given: Readonly<Record<string, string | undefined>>): string[] => {
  const role = given.UMPIRE_ROLE;
  if (role !== 'api' && role !== 'worker') return [];
  return ['DATABASE_URL', 'REDIS_URL']
    .filter((name) => !given[name])
    .map(
      (name) =>
        `${name} must be set when UMPIRE_ROLE is "${role}": processes that work together share a database and a queue`,
    );
};
