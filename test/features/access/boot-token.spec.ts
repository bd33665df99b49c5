import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../app.ts';

const FIRST = 'the-first-admin-token-of-this-installation';
const SECOND = 'the-second-admin-token-of-this-installation';

describe('the first admin token', () => {
  let dataDirectory: string;

  beforeEach(() => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'umpire-boot-'));
  });
  afterEach(() => rmSync(dataDirectory, { recursive: true }));

  /** The service's life between two restarts. */
  const during = async <T>(adminToken: string | null, look: (app: TestApp) => Promise<T>): Promise<T> => {
    const app = await startApp({ dataDirectory, config: { adminToken } });
    try {
      return await look(app);
    } finally {
      await app.stop();
    }
  };

  const statusOf = async (app: TestApp, token: string) => (await app.as(token).get('/v1/tokens')).status;

  it('is made when none was given, and told once', async () => {
    const made = await during(null, async (app) => {
      const text = app.umpire.madeToken?.reveal() ?? '';
      expect(text).toMatch(/^ump_[0-9a-f-]{36}_[0-9a-f]{64}$/);
      expect(await statusOf(app, text)).toBe(200);
      expect(app.logged()).not.toContain(text.split('_')[2]);
      return text;
    });
    await during(null, async (app) => {
      expect(app.umpire.madeToken).toBeNull();
      expect(await statusOf(app, made)).toBe(200);
    });
  });

  it('is the one from the environment, which is never told nor kept as it is', async () => {
    await during(FIRST, async (app) => {
      expect(app.umpire.madeToken).toBeNull();
      expect(await statusOf(app, FIRST)).toBe(200);
      expect(app.logged()).not.toContain(FIRST);
      expect(app.stored().includes(FIRST)).toBe(false);
    });
  });

  it('ends when another is given, and stays when none is', async () => {
    await during(FIRST, (app) => app.admin.get('/v1/tokens').expect(200));
    await during(SECOND, async (app) => {
      expect(await statusOf(app, FIRST)).toBe(401);
      expect(await statusOf(app, SECOND)).toBe(200);
    });
    await during(null, async (app) => {
      expect(app.umpire.madeToken).toBeNull();
      expect(await statusOf(app, SECOND)).toBe(200);
    });
  });

  it('stays one row, however often the service starts', async () => {
    const look = (app: TestApp) => app.admin.get('/v1/tokens').expect(200);
    await during(FIRST, look);
    await during(FIRST, look);
    await during(FIRST, async (app) => {
      const { items } = (await app.admin.get('/v1/tokens')).body as { items: object[] };
      expect(items).toEqual([expect.objectContaining({ origin: 'boot', scopes: ['admin'], customerId: null })]);
    });
  });

  it('ends the one that was made when the environment gives one', async () => {
    const made = await during(null, (app) => Promise.resolve(app.umpire.madeToken?.reveal() ?? ''));
    await during(FIRST, async (app) => {
      expect(await statusOf(app, made)).toBe(401);
      expect(await statusOf(app, FIRST)).toBe(200);
    });
  });

  it('leaves the tokens that were issued alone', async () => {
    const issued = await during(FIRST, (app) => app.tokenFor({ scopes: ['admin'] }));
    await during(SECOND, async (app) => {
      expect(await statusOf(app, issued.token)).toBe(200);
    });
  });

  it('is the service’s own doing in the audit log', async () => {
    await during(FIRST, () => Promise.resolve());
    await during(SECOND, async (app) => {
      const { items } = (await app.as(SECOND).get('/v1/audit/events')).body as { items: object[] };
      expect(items).toHaveLength(3);
      for (const event of items) expect(event).toMatchObject({ actor: { kind: 'service' }, customerId: null });
      const kinds = items.map((event) => (event as { kind: string }).kind).sort();
      expect(kinds).toEqual(['token.created', 'token.created', 'token.revoked']);
    });
  });
});
