import { describe, expect, it } from 'vitest';
import { readConfig, type Config } from '../../../src/platform/config/config.ts';

const config = (env: Record<string, string>): Config => {
  const read = readConfig(env);
  if (!read.ok) throw new Error(read.problems.join('; '));
  return read.config;
};

const problems = (env: Record<string, string>): readonly string[] => {
  const read = readConfig(env);
  return read.ok ? [] : read.problems;
};

describe('the configuration', () => {
  it('needs nothing: every variable has its default', () => {
    expect(config({})).toEqual({
      dataDirectory: './data',
      listen: { host: '127.0.0.1', port: 8750 },
      adminToken: null,
      kekFile: 'data/kek',
      databaseUrl: null,
      redisUrl: null,
      role: 'all',
      webhookAllow: [],
      smtp: null,
      cadence: { arbiterEveryMs: 5_000, nodesEveryMs: 60_000 },
      readingsDays: 7,
      transitionsDays: 1826,
    });
  });

  it('takes an empty value for one that is not set', () => {
    expect(config({ UMPIRE_DATA: '', DATABASE_URL: '', UMPIRE_ADMIN_TOKEN: '', UMPIRE_ROLE: '' })).toEqual(config({}));
  });

  it('keeps the key beside the data unless told otherwise', () => {
    expect(config({ UMPIRE_DATA: '/srv/umpire' }).kekFile).toBe('/srv/umpire/kek');
    expect(config({ UMPIRE_DATA: '/srv/umpire', UMPIRE_KEK_FILE: '/run/kek' }).kekFile).toBe('/run/kek');
  });

  it.each([
    ['0.0.0.0:80', '0.0.0.0', 80],
    ['[::1]:8750', '::1', 8750],
    ['umpire.example:0', 'umpire.example', 0],
    ['127.0.0.1:65535', '127.0.0.1', 65535],
  ])('listens on %s', (text, host, port) => {
    expect(config({ UMPIRE_LISTEN: text }).listen).toEqual({ host, port });
  });

  it.each(['8750', ':8750', '127.0.0.1', '127.0.0.1:65536', '::1:8750', '[::1]', 'a b:80', '127.0.0.1:x'])(
    'refuses to listen on "%s"',
    (text) => {
      expect(problems({ UMPIRE_LISTEN: text })).toEqual([expect.stringMatching(/^UMPIRE_LISTEN must be ADDRESS:PORT/)]);
    },
  );

  it('takes how often to look in whole seconds', () => {
    const { cadence } = config({ UMPIRE_ARBITER_EVERY_SECONDS: '10', UMPIRE_NODES_EVERY_SECONDS: '3600' });
    expect(cadence).toEqual({ arbiterEveryMs: 10_000, nodesEveryMs: 3_600_000 });
  });

  it.each(['0', '301', '1.5', '-5', '5s', 'Infinity', ''.padEnd(9, '1')])(
    'refuses to look each "%s" seconds',
    (text) => {
      expect(problems({ UMPIRE_ARBITER_EVERY_SECONDS: text })).toEqual([
        'UMPIRE_ARBITER_EVERY_SECONDS must be a whole number of seconds from 1 to 300',
      ]);
    },
  );

  it.each(['postgres://u:p@db.example/umpire', 'postgresql://u@localhost/umpire?host=/run/postgresql'])(
    'takes %s for a database',
    (url) => {
      expect(config({ DATABASE_URL: url }).databaseUrl).toBe(url);
    },
  );

  it('keeps readings and changes for as many days as it is told', () => {
    const kept = config({ UMPIRE_READINGS_DAYS: '30', UMPIRE_TRANSITIONS_DAYS: '365' });
    expect(kept).toMatchObject({ readingsDays: 30, transitionsDays: 365 });
  });

  it.each(['0', '-1', '1.5', 'a week', '99999'])('does not keep readings for "%s" days', (text) => {
    expect(problems({ UMPIRE_READINGS_DAYS: text })).toEqual([expect.stringMatching(/^UMPIRE_READINGS_DAYS must be/)]);
  });

  it('tells every problem at once, each with its variable', () => {
    const all = problems({
      UMPIRE_LISTEN: 'nowhere',
      UMPIRE_ADMIN_TOKEN: 'short',
      DATABASE_URL: 'mysql://db',
      REDIS_URL: 'http://redis',
      UMPIRE_ROLE: 'boss',
    });
    const names = ['UMPIRE_LISTEN', 'UMPIRE_ADMIN_TOKEN', 'DATABASE_URL', 'REDIS_URL', 'UMPIRE_ROLE'];
    for (const name of names) expect(all.filter((problem) => problem.startsWith(name))).toHaveLength(1);
    expect(all).toHaveLength(names.length);
  });

  it('never repeats a value that may be secret', () => {
    const told = problems({ UMPIRE_ADMIN_TOKEN: 'hunter2 hunter2', DATABASE_URL: 'mysql://u:hunter2@db' }).join('\n');
    expect(told).not.toContain('hunter2');
    expect(told).toContain('UMPIRE_ADMIN_TOKEN');
    expect(told).toContain('DATABASE_URL');
  });

  it.each(['api', 'worker'])('in the role %s demands the database and the queue in which processes meet', (role) => {
    expect(problems({ UMPIRE_ROLE: role })).toEqual([
      expect.stringContaining('DATABASE_URL must be set'),
      expect.stringContaining('REDIS_URL must be set'),
    ]);
    const env = { UMPIRE_ROLE: role, DATABASE_URL: 'postgres://db/umpire', REDIS_URL: 'redis://redis' };
    expect(config(env).role).toBe(role);
  });
});
