import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { PAUSES_MS } from '../src/core/notifications/retry.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../src/core/time.ts';
import { randomWebhookSecret } from '../src/platform/crypto/random.ts';
import { signatures } from '../src/platform/webhook/sign.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', 'docs', 'notifications.md'), 'utf8');

/** The code block of this language that holds these words. */
const block = (language: string, words: string): string => {
  const blocks = [...PAGE.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(([, found]) => found === language);
  return blocks.map(([, , code = '']) => code).find((code) => code.includes(words)) ?? '';
};

const now = Math.floor(Date.now() / 1_000);
const [secret, old] = [randomWebhookSecret(), randomWebhookSecret()];
const BODY = '{"type":"test","data":{"name":"Müller"}}';

interface Case {
  readonly what: string;
  readonly timestamp: number;
  readonly signature: string;
  readonly body: string;
  readonly isGenuine: boolean;
}

const CASES: readonly Case[] = [
  { what: 'genuine', timestamp: now, signature: signatures([secret], 'id-1', now, BODY), body: BODY, isGenuine: true },
  {
    what: 'signed twice',
    timestamp: now,
    signature: signatures([old, secret], 'id-1', now, BODY),
    body: BODY,
    isGenuine: true,
  },
  {
    what: 'changed',
    timestamp: now,
    signature: signatures([secret], 'id-1', now, BODY),
    body: `${BODY} `,
    isGenuine: false,
  },
  {
    what: 'signed by another',
    timestamp: now,
    signature: signatures([old], 'id-1', now, BODY),
    body: BODY,
    isGenuine: false,
  },
];
const OLD: Case = {
  ...{ what: 'an hour old', timestamp: now - 3_600, body: BODY, isGenuine: false },
  signature: signatures([secret], 'id-1', now - 3_600, BODY),
};

describe('the page on notifications shows how to check a signature', () => {
  const folder = mkdtempSync(join(tmpdir(), 'umpire-page-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (command: string, args: readonly string[], env: object = {}): string => {
    const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...env } });
    return stdout.trim() || stderr.trim();
  };

  it.each([...CASES, OLD])(
    'in Node: $what is genuine: $isGenuine',
    async ({ timestamp, signature, body, isGenuine }) => {
      const file = join(folder, 'check.mjs');
      writeFileSync(file, block('js', 'isGenuine'));
      type Check = (id: string, timestamp: string, signature: string, body: Buffer, secret: string) => boolean;
      const { isGenuine: check } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { isGenuine: Check };
      expect(check('id-1', String(timestamp), signature, Buffer.from(body), secret.reveal())).toBe(isGenuine);
    },
  );

  it.each([...CASES, OLD])('in Python: $what is genuine: $isGenuine', ({ timestamp, signature, body, isGenuine }) => {
    const call = `\nimport sys\nprint(is_genuine("id-1", sys.argv[1], sys.argv[2], sys.argv[3].encode(), sys.argv[4]))\n`;
    const file = join(folder, 'check.py');
    writeFileSync(file, block('python', 'is_genuine') + call);
    const said = run('python3', [file, String(timestamp), signature, body, secret.reveal()]);
    expect(said).toBe(isGenuine ? 'True' : 'False');
  });

  it.each(CASES)('in a shell: $what is genuine: $isGenuine', ({ timestamp, signature, body, isGenuine }) => {
    const env = { id: 'id-1', timestamp: String(timestamp), signature, body, secret: secret.reveal() };
    expect(run('sh', ['-c', block('sh', 'hexkey')], env)).toBe(isGenuine ? 'genuine' : 'forged');
  });

  it('and tells the pauses between attempts as they are', () => {
    const UNITS: Readonly<Record<string, number>> = { s: SECOND_MS, min: MINUTE_MS, h: HOUR_MS };
    const told = [...PAGE.matchAll(/^\| \d.* \| (\d+) (s|min|h)\b/gm)].map(
      ([, n, unit]) => Number(n) * (UNITS[unit ?? ''] ?? 0),
    );
    expect(told).toEqual(PAUSES_MS);
  });
});
