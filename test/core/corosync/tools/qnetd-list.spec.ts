import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listContradictsStatus } from '../../../../src/core/corosync/tools/qnetd-list.ts';
import { qnetdListTool, type QnetdCluster, type QnetdStatus } from '../../../../src/core/corosync/tools/qnetd-tool.ts';
import type { ToolReading } from '../../../../src/core/corosync/tools/tool.ts';
import { clusterName } from '../../../../src/core/names.ts';
import { anyQnetdCluster, anyQnetdList, printQnetdList } from './print-qnetd-tool.ts';

const DUO = `Cluster "duo":
    Algorithm:		Fifty-Fifty split (KAP Tie-breaker)
    Tie-breaker:	Node with lowest node ID
    Node ID 1:
        Client address:		::ffff:10.77.1.1:37052
        HB interval:		8000ms
        Configuration version:	3
        Configured node list:	1 (7), 2
        Ring ID:		1.9
        Membership node list:	1, 2
        Heuristics:		Undefined (membership: Undefined, regular: Undefined)
        TLS active:		Yes (client certificate verified)
        Vote:			No change (ACK)
    Node ID 2:
        Client address:		10.77.1.2:41234
        HB interval:		8000ms
        Ring ID:		0.0
        Heuristics:		Fail (membership: Pass, regular: Fail)
        TLS active:		No
`;

const read = (stdout: string) => qnetdListTool.parse({ exitCode: 0, stdout, stderr: '' }, 'arbiter');

const valueOf = <T>(reading: ToolReading<T>): T => {
  if (reading.kind !== 'known') throw new Error(reading.finding.message);
  return reading.value;
};

const voteOf = (printed: string) => valueOf(read(DUO.replace('No change (ACK)', printed)))[0]?.clients[0]?.vote;

describe('corosync-qnetd-tool -l -v', () => {
  it('is asked as an argument vector without a shell', () => {
    expect(qnetdListTool.command).toEqual(['corosync-qnetd-tool', '-l', '-v']);
  });

  it('reads a client that holds a vote, and one between INIT and the first answer', () => {
    expect(valueOf(read(DUO))).toEqual([
      {
        name: 'duo',
        algorithm: 'ffsplit',
        keepActivePartitionTieBreaker: true,
        tieBreaker: 'lowest',
        clients: [
          {
            nodeId: 1,
            address: '::ffff:10.77.1.1',
            port: 37052,
            heartbeatMs: 8000,
            configVersion: '3',
            configuredNodes: [1, 2],
            ringId: { representative: 1, sequence: '9' },
            membership: [1, 2],
            heuristics: 'undefined',
            tls: { active: true, certificateVerified: true },
            vote: { sent: 'noChange', stands: 'ack' },
          },
          {
            nodeId: 2,
            address: '10.77.1.2',
            port: 41234,
            heartbeatMs: 8000,
            configVersion: null,
            configuredNodes: null,
            ringId: { representative: 0, sequence: '0' },
            membership: null,
            heuristics: 'fail',
            tls: { active: false, certificateVerified: false },
            vote: null,
          },
        ],
      },
    ]);
  });

  it.each([
    ['ACK', { sent: 'ack', stands: 'ack' }],
    ['ACK (ACK)', { sent: 'ack', stands: 'ack' }],
    ['NACK (NACK)', { sent: 'nack', stands: 'nack' }],
    ['No change (NACK)', { sent: 'noChange', stands: 'nack' }],
    ['No change', { sent: 'noChange', stands: null }],
    ['Ask later', { sent: 'askLater', stands: null }],
    ['Wait for reply (ACK)', { sent: 'waitForReply', stands: 'ack' }],
  ])('takes the vote that stands from "%s"', (printed, vote) => {
    expect(voteOf(printed)).toEqual(vote);
  });

  it.each(['ACK (NACK)', 'NACK (ACK)', 'No change (Ask later)', 'No change ()', 'Maybe', ''])(
    'does not take "%s" for a vote: unknown',
    (printed) => {
      expect(read(DUO.replace('No change (ACK)', printed))).toMatchObject({
        kind: 'unknown',
        finding: { code: 'qnetd_unreadable', params: { line: 13 } },
      });
    },
  );

  it('reads nothing as no cluster', () => {
    expect(valueOf(read(''))).toEqual([]);
  });

  it('reads every list that qnetd can print', () => {
    fc.assert(
      fc.property(anyQnetdList, (clusters) => {
        expect(valueOf(read(printQnetdList(clusters)))).toEqual(clusters);
      }),
    );
  });

  it.each<[string, string, string]>([
    ['a cluster without clients', /    Node ID 1[^]*/.exec(DUO)?.[0] ?? '', ''],
    ['the same node twice', 'Node ID 2', 'Node ID 1'],
    ['node id 0', 'Node ID 2', 'Node ID 0'],
    ['an unknown algorithm', 'Fifty-Fifty split', 'Dice'],
    ['another remark after the algorithm', 'KAP Tie-breaker', 'Trust me'],
    ['an empty member of a list', '1, 2\n        Heur', '1, , 2\n        Heur'],
    ['a data center that is no number', '1 (7)', '1 (x)'],
    ['heuristics without what they are made of', ' (membership: Undefined, regular: Undefined)', ''],
    ['a verified certificate without TLS', 'TLS active:\t\tNo', 'TLS active:\t\tNo (client certificate verified)'],
    [
      'lines in another order',
      '        Configuration version:\t3\n        Configured node list:\t1 (7), 2\n',
      '        Configured node list:\t1 (7), 2\n        Configuration version:\t3\n',
    ],
    ['a line that no version prints', '    Node ID 2:', '    Mood:\t\tGood\n    Node ID 2:'],
    ['a last line without an end', 'TLS active:\t\tNo\n', 'TLS active:\t\tNo'],
  ])('is unknown with %s', (_what, from, to) => {
    expect(DUO).toContain(from);
    expect(read(DUO.replace(from, to))).toMatchObject({ kind: 'unknown', finding: { code: 'qnetd_unreadable' } });
  });
});

const [duo] = valueOf(read(DUO));
if (duo === undefined) throw new Error('the sample holds one cluster');
const named = (name: string): QnetdCluster => ({ ...duo, name });
const namesIn = (text: string) => valueOf(read(text)).map((cluster) => cluster.name);

describe('a name that a hostile client chose', () => {
  it.each([
    ['a"b', 'a"b'],
    ['', ''],
    ['two words', 'two words'],
    ['*.example.net', '*.example.net'],
    ['back\\slash', 'back\\u005cslash'],
    ['bell\u0007', 'bell\\u0007'],
    ['\u202eoud', '\\u202eoud'],
    ['a\nb', 'a\\u000ab'],
    ['a":\nb', 'a":\\u000ab'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['x'.repeat(400), `${'x'.repeat(255)}…`],
  ])('is reported escaped, beside the others: %j', (name, reported) => {
    expect(namesIn(printQnetdList([named(name), named('trio')]))).toEqual([reported, 'trio']);
    expect(clusterName(reported).ok).toBe(false);
  });

  it('does not swallow the cluster that follows, nor does a damaged line: unknown', () => {
    const text = printQnetdList([named('a'), named('b')]);
    for (const spoiled of [text.replace('Algorithm:', 'Algorithm;'), text.replace('Cluster "a":', 'Cluster "a\n')])
      expect(read(spoiled)).toMatchObject({ kind: 'unknown', finding: { code: 'qnetd_unreadable' } });
  });

  it('never becomes a name that is allowed, and never hides the lines of another cluster', () => {
    const anyBytes = fc.string({
      unit: fc.constantFrom('a', 'Z', '"', ':', '\n', ' ', '\\', '\u0000', 'é'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(anyBytes, anyQnetdCluster, anyQnetdCluster, (name, before, after) => {
        const reading = read(printQnetdList([before, named(name), after]));
        if (reading.kind !== 'known') return;
        const names = reading.value.map((cluster) => cluster.name);
        expect(reading.value[0]).toEqual(before);
        expect(reading.value.at(-1)).toEqual(after);
        if (!clusterName(name).ok) expect(names.slice(1, -1).some((shown) => clusterName(shown).ok)).toBe(false);
      }),
    );
  });

  const feigned = (victim: QnetdCluster) => {
    const [first, ...rest] = printQnetdList([victim]).trimEnd().split('\n');
    return `x":\n${printQnetdList([duo]).split('\n').slice(1).join('\n')}${first}\n${rest.join('\n')}\nCluster "y`;
  };

  it('cannot speak for a cluster that is connected: its name then stands there twice, and all is unknown (invariant 21)', () => {
    fc.assert(
      fc.property(anyQnetdCluster, anyQnetdCluster, fc.boolean(), (victim, lie, victimFirst) => {
        const liar = named(feigned({ ...lie, name: victim.name }));
        const reading = read(printQnetdList(victimFirst ? [victim, liar] : [liar, victim]));
        expect(reading).toMatchObject({ kind: 'unknown', finding: { code: 'qnetd_unreadable' } });
      }),
    );
  });

  it('can feign one that is not connected, and then there are more clusters than qnetd counts', () => {
    const clusters = valueOf(read(printQnetdList([named(feigned(named('bank')))])));
    expect(clusters.map((cluster) => cluster.name)).toEqual(['x', 'bank', 'y']);
    const counted = { connectedClients: 2, connectedClusters: 1 } as QnetdStatus;
    expect(listContradictsStatus(clusters, counted, 'arbiter')).toMatchObject({
      code: 'qnetd_list_contradicts_status',
    });
  });
});

describe('a list against the status of the same qnetd', () => {
  const counted = (connectedClusters: number, connectedClients: number) =>
    ({ connectedClusters, connectedClients }) as QnetdStatus;

  it.each([
    ['the same counts', 1, 2],
    ['a client more, which has not said who it is', 1, 3],
  ])('agrees with %s', (_what, clusters, clients) => {
    expect(listContradictsStatus([duo], counted(clusters, clients), 'arbiter')).toBeNull();
  });

  it('agrees when there is nothing', () => {
    expect(listContradictsStatus([], counted(0, 0), 'arbiter')).toBeNull();
  });

  it.each([
    ['an empty list, though a cluster is connected: qnetd hung up before it answered', [], 1, 2],
    ['a list that lacks a cluster: it was cut short', [duo], 2, 4],
    ['a list with a cluster too many', [duo, named('x')], 1, 4],
    ['a list with a client too many', [duo], 1, 1],
  ])('contradicts: %s', (_what, list, clusters, clients) => {
    expect(listContradictsStatus(list, counted(clusters, clients), 'arbiter')).toEqual({
      code: 'qnetd_list_contradicts_status',
      severity: 'warning',
      subject: 'arbiter',
      message: expect.stringContaining(`counts ${clusters} clusters and ${clients} clients`) as string,
      params: {
        listedClusters: list.length,
        listedClients: 2 * list.length,
        connectedClusters: clusters,
        connectedClients: clients,
      },
    });
  });
});
