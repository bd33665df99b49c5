import { netDevice, type NetDevice } from '../../../../src/core/corosync/conf/net-device.ts';
import { hostAddress } from '../../../../src/core/names.ts';
import { valueOf } from './real-files.ts';

/** A small cluster's file, with more lines in its quorum section or at the end of the file. */
export const clusterText = (
  options: { nodes?: number; quorum?: readonly string[]; votes?: number; end?: string; version?: string } = {},
): string => {
  const { nodes = 2, quorum = [], votes, end = '', version = '3' } = options;
  const node = (id: number) => [
    '  node {',
    `    nodeid: ${id}`,
    `    ring0_addr: 192.0.2.${id}`,
    ...(votes === undefined ? [] : [`    quorum_votes: ${votes}`]),
    '  }',
  ];
  return [
    'totem {',
    '  cluster_name: c1',
    `  config_version: ${version}`,
    '}',
    'nodelist {',
    ...Array.from({ length: nodes }, (_, index) => node(index + 1)).flat(),
    '}',
    'quorum {',
    '  provider: corosync_votequorum',
    ...quorum.map((line) => `  ${line}`),
    '}',
    end,
  ].join('\n');
};

export const ffsplit = (port?: number): NetDevice =>
  valueOf(netDevice(valueOf(hostAddress('192.0.2.250')), 'ffsplit', port));
export const lms = (port?: number): NetDevice =>
  valueOf(netDevice(valueOf(hostAddress('arbiter.example.net')), 'lms', port));
