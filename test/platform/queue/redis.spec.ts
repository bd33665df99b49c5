import { describe, expect, it } from 'vitest';
import { conformance } from './conformance.ts';
import { findRedis } from './redis-server.ts';
import { openRedis } from './store.ts';

const MISSING = 'redis-server is not installed (Debian: apt install redis-server)';

describe('the queue in Redis', () => {
  if (findRedis() !== null) conformance(openRedis);
  else if (process.env.CI === undefined) it.skip(`skipped: ${MISSING}`, () => undefined);
  else
    it('is tested against a real server', () => {
      expect.fail(MISSING);
    });
});
