import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pvecmStatus, type PvecmStatus } from '../../../../src/core/corosync/tools/pvecm.ts';
import type { ToolReading } from '../../../../src/core/corosync/tools/tool.ts';
import { anyQuorumStatus, anyQuorumtoolFormat, printQuorumStatus, quorumtoolExitCode } from './print-quorumtool.ts';

const HEADER = `Cluster information
-------------------
Name:             pve
Config Version:   4
Transport:        knet
Secure auth:      on

`;

const QUORUM = `Quorum information
------------------
Date:             Sun Nov 23 01:02:03 2025
Quorum provider:  corosync_votequorum
Nodes:            1
Node ID:          0x00000001
Ring ID:          1.9
Quorate:          Yes

Votequorum information
----------------------
Expected votes:   3
Highest expected: 3
Total votes:      2
Quorum:           2  
Flags:            Quorate Qdevice 

Membership information
----------------------
    Nodeid      Votes    Qdevice Name
0x00000001          1    A,V,NMW 10.77.4.1 (local)
0x00000000          1            Qdevice
`;

const read = (stdout: string, exitCode = 0, stderr = '') => pvecmStatus.parse({ stdout, exitCode, stderr }, 'pve-1');

const valueOf = <T>(reading: ToolReading<T>): T => {
  if (reading.kind !== 'known') throw new Error(reading.finding.message);
  return reading.value;
};

describe('pvecm status', () => {
  it('is asked as an argument vector without a shell', () => {
    expect(pvecmStatus.command).toEqual(['pvecm', 'status']);
  });

  it('reads the header and what corosync-quorumtool prints after it', () => {
    const status = valueOf(read(HEADER + QUORUM));
    expect(status.cluster).toEqual({ name: 'pve', configVersion: '4', transport: 'knet', secureAuth: 'on' });
    expect(status.quorum).toMatchObject({ quorate: true, nodeId: 1, totalVotes: 2, device: { votes: 1 } });
  });

  it('reads a status without the header, as before pve-cluster 6.0-8 or without a totem section', () => {
    expect(valueOf(read(QUORUM))).toMatchObject({ cluster: null, quorum: { nodeId: 1 } });
  });

  it('reads a configuration without a version', () => {
    expect(valueOf(read(HEADER.replace('   4', '   -1') + QUORUM)).cluster?.configVersion).toBeNull();
  });

  it('reads every status that it can print', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_-]{1,15}$/);
    const anyCluster: fc.Arbitrary<PvecmStatus['cluster']> = fc.option(
      fc.record({
        name: word,
        configVersion: fc.option(fc.nat().map(String)),
        transport: fc.constantFrom('knet', 'udp', 'udpu'),
        secureAuth: fc.constantFrom('on', 'off'),
      }),
    );
    const print = (cluster: PvecmStatus['cluster']) =>
      cluster === null
        ? ''
        : `Cluster information
-------------------
Name:             ${cluster.name}
Config Version:   ${cluster.configVersion ?? '-1'}
Transport:        ${cluster.transport}
Secure auth:      ${cluster.secureAuth}

`;
    fc.assert(
      fc.property(anyCluster, anyQuorumStatus, anyQuorumtoolFormat, (cluster, quorum, format) => {
        const text = print(cluster) + printQuorumStatus(quorum, format);
        expect(valueOf(read(text, quorumtoolExitCode(quorum.quorate, format)))).toEqual({ cluster, quorum });
      }),
    );
  });
});

describe('pvecm status when corosync is down', () => {
  it('has printed its header already, and is down all the same', () => {
    expect(read(HEADER, 1, 'Cannot initialize CMAP service\n')).toMatchObject({
      kind: 'down',
      finding: { code: 'pvecm_down', severity: 'error', subject: 'pve-1', params: { exitCode: 1 } },
    });
  });

  it('is unknown on a node that is in no cluster', () => {
    const stderr = "Error: Corosync config '/etc/pve/corosync.conf' does not exist - is this node part of a cluster?\n";
    expect(read('', 255, stderr)).toMatchObject({
      kind: 'unknown',
      finding: { code: 'pvecm_unreadable', params: { exitCode: 255, stderr: stderr.trim().slice(0, 80) + '…' } },
    });
  });

  it.each<[string, string, string, number]>([
    ['no name', 'Name:             pve', 'Name:             ', 3],
    ['a version that is no number', '   4', '   four', 4],
    ['a negative version', '   4', '   -2', 4],
    ['a line that no version prints', 'Transport:', 'Mood:             good\nTransport:', 5],
    ['no empty line', 'on\n\n', 'on\n', 7],
  ])('is unknown with %s', (_what, from, to, line) => {
    expect(HEADER).toContain(from);
    expect(read(HEADER.replace(from, to) + QUORUM)).toMatchObject({
      kind: 'unknown',
      finding: { code: 'pvecm_unreadable', params: { line } },
    });
  });

  it('is unknown when the header stands alone', () => {
    expect(read(HEADER).kind).toBe('unknown');
  });

  it('holds corosync-quorumtool to its exit code', () => {
    expect(read(HEADER + QUORUM, 2).kind).toBe('unknown');
  });
});
