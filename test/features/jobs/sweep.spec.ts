import { afterEach, expect, it, vi } from 'vitest';
import { PruneHistory } from '../../../src/votes/prune-history.ts';
import { startApp } from '../app.ts';
import { FakeSsh } from '../fake-ssh.ts';
import { created } from './jobs-app.ts';

afterEach(() => vi.restoreAllMocks());

it('neither the start nor the rest of a sweep waits for a host that shows no key', async () => {
  const first = await startApp();
  const credentialId = await created(first.admin, '/v1/ssh-credentials', { name: 'c', user: 'root', generate: true });
  await created(first.admin, '/v1/arbiters', { name: 'north', address: '10.77.0.2', credentialId });
  await first.stop();
  const silent = Promise.withResolvers<never>();
  const looks = vi.spyOn(FakeSsh.prototype, 'readHostKey').mockReturnValue(silent.promise);
  const pruned = vi.spyOn(PruneHistory.prototype, 'run');
  const next = await startApp({ dataDirectory: first.config.dataDirectory });
  await next.nobody.get('/readyz').expect(200);
  await vi.waitUntil(() => pruned.mock.calls.length > 0);
  expect(looks).toHaveBeenCalledOnce();
  silent.reject(new Error('it never came'));
  await next.close();
});
