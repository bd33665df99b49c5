import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deviceObstacles } from '../../../../src/core/corosync/conf/check.ts';
import { addDevice } from '../../../../src/core/corosync/conf/edit.ts';
import { clusterText, ffsplit, lms } from './clusters.ts';
import { clusterFile } from './generated-files.ts';
import { parsed, realFile, valueOf } from './real-files.ts';

const codes = (text: string, intent: Parameters<typeof deviceObstacles>[1] = {}) =>
  deviceObstacles(parsed(text), intent).map(({ code }) => code);

describe('what forbids a quorum device (invariant 13)', () => {
  it('nothing does in a plain cluster, with two_node or without', () => {
    expect(codes(clusterText())).toEqual([]);
    expect(codes(clusterText({ quorum: ['two_node: 1', 'wait_for_all: 1'] }))).toEqual([]);
    expect(codes(clusterText({ votes: 1, nodes: 3 }), { algorithm: 'lms' })).toEqual([]);
  });

  it('nothing does in the files of Proxmox VE and pcs', () => {
    expect(codes(realFile('pve-2-nodes.conf'), { algorithm: 'ffsplit' })).toEqual([]);
    expect(codes(realFile('pve-3-nodes.conf'), { algorithm: 'lms' })).toEqual([]);
    expect(codes(realFile('pcs-2-nodes.conf'), { algorithm: 'ffsplit' })).toEqual([]);
    expect(codes(realFile('multi-link-4-nodes.conf'), { algorithm: 'ffsplit' })).toEqual([]);
  });

  it('nothing does in any generated cluster of an even number of nodes', () => {
    fc.assert(
      fc.property(clusterFile, (text) => {
        expect(codes(text, { algorithm: 'ffsplit' })).toEqual([]);
      }),
    );
  });

  it.each([
    ['device_already_there', ['device {', 'model: net', 'net {', 'host: a', '}', '}']],
    ['device_already_there', ['device {', '}']],
    ['auto_tie_breaker_set', ['auto_tie_breaker: 1']],
    ['last_man_standing_set', ['last_man_standing: 1']],
    ['allow_downscale_set', ['allow_downscale: 1']],
    ['expected_votes_tracking_set', ['expected_votes_tracking: 1']],
    ['expected_votes_set', ['expected_votes: 2']],
    ['provider_not_votequorum', ['provider: corosync_quorum_ykd']],
  ])('%s does', (code, quorum) => {
    expect(codes(clusterText({ quorum }))).toEqual([code]);
  });

  it.each(['auto_tie_breaker', 'last_man_standing', 'allow_downscale', 'expected_votes'])(
    'a %s of 0 does not: that is off to votequorum',
    (key) => {
      expect(codes(clusterText({ quorum: [`${key}: 0`] }))).toEqual([]);
      expect(codes(clusterText({ quorum: [`${key}: 1`, `${key}: 0`] }))).toEqual([]);
      expect(codes(clusterText({ quorum: [`${key}: 0`, `${key}: 1`] }))).toEqual([`${key}_set`]);
    },
  );

  it('a node with more or less than one vote does', () => {
    expect(codes(clusterText({ votes: 2 }))).toEqual(['node_votes_not_one']);
    expect(codes(clusterText({ votes: 0 }))).toEqual(['node_votes_not_one']);
  });

  it('ffsplit with an odd number of nodes does, lms does not', () => {
    expect(codes(clusterText({ nodes: 3 }), { algorithm: 'ffsplit' })).toEqual(['ffsplit_with_odd_node_count']);
    expect(codes(clusterText({ nodes: 3 }), { algorithm: 'lms' })).toEqual([]);
    expect(codes(clusterText({ nodes: 3 }))).toEqual([]);
    expect(codes(clusterText({ nodes: 1 }))).toEqual(['too_few_nodes']);
  });

  it('whatever the file lacks does, and all of it is told at once', () => {
    expect(codes('totem {\ntoken: 1\n}\n')).toEqual([
      'cluster_name_missing',
      'config_version_missing',
      'nodelist_missing',
      'provider_not_votequorum',
      'quorum_section_missing',
    ]);
    expect(
      codes(clusterText({ quorum: ['auto_tie_breaker: 1', 'last_man_standing: 1', 'expected_votes: 3'], votes: 4 })),
    ).toEqual(['auto_tie_breaker_set', 'last_man_standing_set', 'expected_votes_set', 'node_votes_not_one']);
  });

  it('a device written as a path with dots does, too', () => {
    expect(codes(clusterText({ end: 'quorum.device {\n}\n' }))).toEqual(['device_already_there']);
    expect(codes(clusterText({ end: 'quorum.device.model: net\n' }))).toEqual([
      'device_host_missing',
      'device_already_there',
    ]);
  });

  it('only expected_votes does in the file of crmsh', () => {
    expect(codes(realFile('crmsh-2-nodes.conf'))).toEqual(['expected_votes_set']);
  });

  it('says what was seen, what to do, and where the rule comes from', () => {
    const [finding] = deviceObstacles(parsed(clusterText({ quorum: ['auto_tie_breaker: 1'] })));
    expect(finding).toMatchObject({
      severity: 'error',
      subject: 'quorum.auto_tie_breaker',
      params: { source: 'votequorum.c:votequorum_readconfig' },
    });
    expect(finding?.message).toMatch(/exclude each other\. Remove auto_tie_breaker/);
  });
});

describe('a device of our own', () => {
  const withOurs = (device = ffsplit()) => valueOf(addDevice(parsed(clusterText()), device)).conf;

  it('is no obstacle to the one who remembers having written it', () => {
    expect(deviceObstacles(withOurs(), { ownMemo: { device: ffsplit() } })).toEqual([]);
    expect(deviceObstacles(withOurs(lms(5404)), { ownMemo: { device: lms(5404) } })).toEqual([]);
  });

  it('is one without the memory, or with the memory of another', () => {
    const obstacle = expect.objectContaining({ code: 'device_already_there' });
    expect(deviceObstacles(withOurs())).toEqual([obstacle]);
    expect(deviceObstacles(withOurs(), { ownMemo: { device: ffsplit(5404) } })).toEqual([obstacle]);
    expect(deviceObstacles(withOurs(), { ownMemo: { device: lms() } })).toEqual([obstacle]);
  });

  it.each(['tie_breaker: highest', 'connect_timeout: 5000', 'tls: on', 'port: 5404'])(
    'is one after somebody has added "%s" to it',
    (line) => {
      const quorum = ['device {', 'model: net', 'votes: 1', 'net {', 'host: 192.0.2.250', 'algorithm: ffsplit'];
      const own = clusterText({ quorum: [...quorum, 'tls: required', '}', '}'] });
      const touched = clusterText({ quorum: [...quorum, 'tls: required', line, '}', '}'] });
      expect(codes(own, { ownMemo: { device: ffsplit() } })).toEqual([]);
      expect(codes(touched, { ownMemo: { device: ffsplit() } })).toEqual(['device_already_there']);
    },
  );
});
