import { describe, expect, it } from 'vitest';
import { differencesOf, type HostSnapshot } from './snapshot.ts';

const ID = '019a1b2c-3d4e-7f60-8a9b-0c1d2e3f4a5b';
const OTHER = '019a1b2c-3d4e-7f60-8a9b-ffffffffffff';
const HASH = 'a'.repeat(64);

const host = (entries: Record<string, string>, changes: Partial<HostSnapshot> = {}): HostSnapshot => ({
  ...{ host: 'duo-1', tree: { digest: '', entries }, config: 'version: *', packages: 'corosync 3' },
  ...changes,
});

describe('Two snapshots', () => {
  it('are alike but for what every job makes anew', () => {
    const one = host({ [`/etc/corosync/qdevice/net/nssdb.umpire-${ID}/key4.db`]: `file 600 0:0 ${HASH}` });
    const other = host({
      [`/etc/corosync/qdevice/net/nssdb.umpire-${OTHER}/key4.db`]: `file 600 0:0 ${'b'.repeat(64)}`,
    });
    expect(differencesOf([one], [other], { alike: true })).toEqual([]);
    expect(differencesOf([one], [other])).toHaveLength(2);
  });

  it.each([
    ['a file more', host({ '/etc/x': 'file 644 0:0 1' }), /duo-1: \/etc\/x/],
    [
      'another mode of a key',
      host({}, { tree: { digest: '', entries: { '/etc/nssdb/k': 'file 644 0:0 1' } } }),
      /nssdb/,
    ],
    ['another text of corosync.conf', host({}, { config: 'two_node: 1' }), /differs by more than its version/],
    ['another package', host({}, { packages: 'corosync 3\nqdevice 3' }), /packages/],
  ])('differ by %s (invariants 9, 13)', (_, found, says) => {
    expect(differencesOf([host({})], [found], { alike: true }).join()).toMatch(says);
  });

  it('leave corosync.conf to its own comparison, which does not mind the version', () => {
    const found = host({ '/etc/corosync/corosync.conf': 'file 644 0:0 2' });
    expect(differencesOf([host({})], [found])).toEqual([]);
  });

  it('of a host that was not looked at are no proof', () => {
    expect(differencesOf([host({})], [])).toEqual(['duo-1: not looked at']);
  });
});
