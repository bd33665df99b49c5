import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/platform/config/config.ts';

const FROM = { UMPIRE_MAIL_FROM: 'umpire@msp.example' };
const read = (env: Record<string, string>) => readConfig(env);
const smtp = (env: Record<string, string>) => {
  const found = read(env);
  if (!found.ok) throw new Error(found.problems.join('; '));
  return found.config.smtp;
};
const problems = (env: Record<string, string>): readonly string[] => {
  const found = read(env);
  return found.ok ? [] : found.problems;
};

describe('the configuration of e-mail', () => {
  const folder = mkdtempSync(join(tmpdir(), 'umpire-smtp-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['smtp://mail.msp.example', { host: 'mail.msp.example', port: 587, isTls: false, login: null }],
    ['smtp://mail.msp.example:25/', { port: 25 }],
    ['smtps://mail.msp.example', { port: 465, isTls: true }],
    ['smtp://[::1]:2525', { host: '::1', port: 2525 }],
    ['smtp://user%40msp:p%2Fw@mail.msp.example', { login: expect.objectContaining({ user: 'user@msp' }) as object }],
  ])('%s is a mail server', (url, server) => {
    expect(smtp({ UMPIRE_SMTP_URL: url, ...FROM })).toMatchObject({ from: 'umpire@msp.example', ...server });
  });

  it('takes the password from the URL, or from a file without its last newline', () => {
    expect(smtp({ UMPIRE_SMTP_URL: 'smtp://u:p%2Fw@m.example', ...FROM })?.login?.password.reveal()).toBe('p/w');
    const file = join(folder, 'password');
    writeFileSync(file, 'from a file\n');
    const given = { UMPIRE_SMTP_URL: 'smtp://u@m.example', UMPIRE_SMTP_PASSWORD_FILE: file, ...FROM };
    expect(smtp(given)?.login?.password.reveal()).toBe('from a file');
  });

  it('prints no password, neither of what was read nor of what was refused', () => {
    const good = read({ UMPIRE_SMTP_URL: 'smtp://u:hunter2@m.example', ...FROM });
    const bad = [
      problems({ UMPIRE_SMTP_URL: 'smtp://u:hunter2@m.example/path', ...FROM }),
      problems({ UMPIRE_SMTP_URL: 'imap://u:hunter2@m.example', ...FROM }),
      problems({ UMPIRE_SMTP_URL: 'smtp://u:hunter2@m.example' }),
    ];
    expect(bad.every((found) => found.length === 1)).toBe(true);
    expect(inspect([good, bad], { depth: 9 }) + JSON.stringify([good, bad])).not.toContain('hunter2');
  });

  it.each([
    [{ UMPIRE_SMTP_URL: 'smtp://m.example' }, /^UMPIRE_MAIL_FROM/],
    [{ UMPIRE_SMTP_URL: 'smtp://m.example', UMPIRE_MAIL_FROM: 'Umpire <umpire@msp.example>' }, /^UMPIRE_MAIL_FROM/],
    [{ UMPIRE_SMTP_URL: 'smtp://m.example', UMPIRE_MAIL_FROM: 'a@b.example\r\nBcc: c@d.example' }, /^UMPIRE_MAIL_FROM/],
    [{ ...FROM }, /^UMPIRE_SMTP_URL must be set/],
    [{ UMPIRE_SMTP_URL: 'http://m.example', ...FROM }, /^UMPIRE_SMTP_URL/],
    [{ UMPIRE_SMTP_URL: 'smtp://m.example?tls=off', ...FROM }, /^UMPIRE_SMTP_URL/],
    [{ UMPIRE_SMTP_URL: 'smtp://u:%zz@m.example', ...FROM }, /^UMPIRE_SMTP_URL/],
    [{ UMPIRE_SMTP_URL: 'smtp://', ...FROM }, /^UMPIRE_SMTP_URL/],
    [
      { UMPIRE_SMTP_URL: 'smtp://m.example', UMPIRE_SMTP_PASSWORD_FILE: '/nowhere', ...FROM },
      /^UMPIRE_SMTP_PASSWORD_FILE/,
    ],
  ])('%j is one problem', (env, problem) => {
    expect(problems(env as Record<string, string>)).toEqual([expect.stringMatching(problem)]);
  });
});

describe('the ranges that webhooks may reach', () => {
  const ranges = (text: string) => {
    const found = read({ UMPIRE_WEBHOOK_ALLOW: text });
    return found.ok ? found.config.webhookAllow : found.problems;
  };

  it('are CIDRs with commas between them, none by default', () => {
    expect(ranges('10.20.0.0/16, fd00::/8')).toEqual(['10.20.0.0/16', 'fd00::/8']);
    expect(ranges('')).toEqual([]);
  });

  it.each(['10.20.0.0', '10.20.0.0/16,', 'psa.msp.example', '10.20.0.0/33'])('%j is a problem', (text) => {
    expect(ranges(text)).toEqual([expect.stringMatching(/^UMPIRE_WEBHOOK_ALLOW must be ranges/)]);
  });
});
