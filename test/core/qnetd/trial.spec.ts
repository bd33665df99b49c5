import { describe, expect, it } from 'vitest';
import { readTrial } from '../../../src/core/qnetd/trial.ts';

/** As recorded with NSS 3.87 and qnetd 3.0.3. */
const REFUSED = [
  'closed',
  'subject DN: CN=Qnetd Server',
  'issuer  DN: CN=Umpire QNet CA a793fffadda0 G1',
  '0 cache hits; 0 cache misses, 0 cache not reusable',
  'tstclnt: read from socket failed: SSL_ERROR_ACCESS_DENIED_ALERT: Peer received a valid certificate, but access was denied.',
  '',
].join('\n');

describe('what came of showing qnetd a certificate', () => {
  it('is accepted only when qnetd has answered inside TLS', () => {
    expect(readTrial('accepted\n')).toEqual({ verdict: 'accepted' });
    expect(readTrial('accepted\nSSL_ERROR_ACCESS_DENIED_ALERT\n').verdict).toBe('unclear');
  });

  it('is refused when qnetd says so by an alert about the certificate', () => {
    expect(readTrial(REFUSED)).toEqual({ verdict: 'refused', alert: 'SSL_ERROR_ACCESS_DENIED_ALERT' });
  });

  it('is unclear where a node prints without end, and is so at once', () => {
    const endless = `accepted\n${'\n '.repeat(500_000)}`;
    const begun = process.threadCpuUsage();
    expect(readTrial(endless).verdict).toBe('unclear');
    const { user, system } = process.threadCpuUsage(begun);
    expect((user + system) / 1_000).toBeLessThan(50);
  });

  it.each([
    [
      'a connection that broke',
      'closed\ntstclnt: read from socket failed: PR_CONNECT_RESET_ERROR: TCP connection reset by peer.\n',
    ],
    ['an arbiter that is away', 'failed\nno connection to 10.77.0.2:5403: Connection refused\n'],
    ['an alert that is not seen to the end', `failed\n${REFUSED}`],
    ['a handshake that failed for another reason', 'closed\nSSL_ERROR_HANDSHAKE_FAILURE_ALERT\n'],
    ['nothing at all', ''],
  ])('is unclear for %s: that proves nothing (invariant 27)', (_, printed) => {
    expect(readTrial(printed).verdict).toBe('unclear');
  });
});
