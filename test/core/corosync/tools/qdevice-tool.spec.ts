import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { qdeviceTool } from '../../../../src/core/corosync/tools/qdevice-tool.ts';
import type { ToolReading } from '../../../../src/core/corosync/tools/tool.ts';
import { anyQdeviceStatus, printQdeviceStatus } from './print-qdevice-tool.ts';

const CONNECTED = `Qdevice information
-------------------
Model:			Net
Node ID:		1
HB interval:		10000ms
Sync HB interval:	30000ms
Configuration version:	3
Configured node list:
    0	Node ID = 1
    1	Node ID = 2
Heuristics:		Disabled
Ring ID:		1.9
Membership node list:	1, 2
Quorate:		Yes
Quorum node list:
    0	Node ID = 1, State = member
    2	Node ID = 2, State = dead
Expected votes:		3
Last poll call:		2025-11-23T01:02:03 (cast vote)

Qdevice-net information
----------------------
Cluster name:		duo
QNetd host:		10.77.0.2:5403
Connect timeout:	8000ms
HB interval:		8000ms
VQ vote timer interval:	5000ms
TLS:			Supported
Algorithm:		Fifty-Fifty split
Tie-breaker:		Node with lowest node ID
KAP Tie-breaker:	Enabled
Poll timer running:	Yes (cast vote)
State:			Connected
TLS active:		Yes (client certificate sent)
Connected since:	2025-11-23T00:59:01
Echo reply received:	2025-11-23T01:02:01
`;

const NOT_RUNNING =
  "corosync-qdevice-tool: Can't connect to QDevice socket (is QDevice running?): No such file or directory\n";

const read = (stdout: string, exitCode = 0, stderr = '') => qdeviceTool.parse({ stdout, exitCode, stderr }, 'duo-1');

const valueOf = <T>(reading: ToolReading<T>): T => {
  if (reading.kind !== 'known') throw new Error(reading.finding.message);
  return reading.value;
};

const netOf = (text: string) => valueOf(read(text)).net;

const expectUnknown = (stdout: string, message: RegExp) => {
  const reading = read(stdout);
  expect(reading).toMatchObject({ kind: 'unknown', finding: { code: 'qdevice_unreadable', subject: 'duo-1' } });
  if (reading.kind === 'unknown') expect(reading.finding.message).toMatch(message);
};

describe('corosync-qdevice-tool -sv', () => {
  it('is asked as an argument vector without a shell', () => {
    expect(qdeviceTool.command).toEqual(['corosync-qdevice-tool', '-sv']);
  });

  it('reads a device that is connected and votes', () => {
    expect(valueOf(read(CONNECTED))).toEqual({
      model: 'Net',
      nodeId: 1,
      heartbeatMs: 10000,
      syncHeartbeatMs: 30000,
      configVersion: '3',
      configuredNodes: [
        { nodeId: 1, dataCenterId: null },
        { nodeId: 2, dataCenterId: null },
      ],
      heuristics: 'disabled',
      ringId: { representative: 1, sequence: '9' },
      membership: [1, 2],
      quorate: true,
      quorumNodes: [
        { nodeId: 1, state: 'member' },
        { nodeId: 2, state: 'dead' },
      ],
      expectedVotes: 3,
      lastPoll: { at: '2025-11-23T01:02:03', castVote: true },
      net: {
        clusterName: 'duo',
        host: '10.77.0.2',
        port: 5403,
        forceIpVersion: null,
        connectTimeoutMs: 8000,
        heartbeatMs: 8000,
        voteTimerIntervalMs: 5000,
        tls: 'supported',
        algorithm: 'ffsplit',
        tieBreaker: 'lowest',
        keepActivePartitionTieBreaker: 'enabled',
        pollTimer: { running: true, castVote: true },
        state: 'connected',
        heuristicsResult: null,
        tlsActive: { active: true, certificateSent: true },
        connectedSince: '2025-11-23T00:59:01',
        echoReplyReceived: '2025-11-23T01:02:01',
      },
    });
  });

  it('tells the heartbeat of the device from that of its connection', () => {
    const status = valueOf(read(CONNECTED.replace('HB interval:\t\t8000ms', 'HB interval:\t\t8001ms')));
    expect([status.heartbeatMs, status.net.heartbeatMs]).toEqual([10000, 8001]);
  });

  it.each([
    ['Connecting', 'connecting'],
    ['Connect failed', 'connect-failed'],
    ['Disconnected', 'disconnected'],
  ])('reads the state %s, without the lines of a session', (printed, state) => {
    const text = CONNECTED.replace('State:\t\t\tConnected', `State:\t\t\t${printed}`).replace(/TLS active:[^]*$/, '');
    expect(netOf(text)).toMatchObject({ state, tlsActive: null, connectedSince: null, echoReplyReceived: null });
  });

  it('reads a session that is about to be hung up: "Disconnected" with the lines of a session', () => {
    const text = CONNECTED.replace('State:\t\t\tConnected', 'State:\t\t\tDisconnected');
    expect(netOf(text)).toMatchObject({ state: 'disconnected', tlsActive: { active: true, certificateSent: true } });
  });

  it('reads a session that has not echoed yet', () => {
    const text = CONNECTED.replace(/Connected since:[^]*$/, '');
    expect(netOf(text)).toMatchObject({ connectedSince: null, echoReplyReceived: null });
  });

  it('reads 3.0.0, which has no line of the keep-active-partition tie-breaker', () => {
    expect(netOf(CONNECTED.replace(/KAP.*\n/, '')).keepActivePartitionTieBreaker).toBeNull();
  });

  it('reads the results of heuristics when they run', () => {
    const text = CONNECTED.replace('Heuristics:\t\tDisabled', 'Heuristics:\t\tEnabled only on sync').replace(
      'TLS active',
      'Heuristics result:\tFail (regular: Undefined, membership: Fail, connect: Pass)\nTLS active',
    );
    expect(valueOf(read(text)).heuristics).toBe('sync');
    expect(netOf(text).heuristicsResult).toEqual({
      result: 'fail',
      regular: 'undefined',
      membership: 'fail',
      connect: 'pass',
    });
  });

  it('reads a device that nobody has asked yet and that knows no membership', () => {
    const text = CONNECTED.replace(/Last poll call:.*/, 'Last poll call:\t\tNever')
      .replace('Membership node list:\t1, 2', 'Membership node list:\t')
      .replace(/ {4}\d\tNode ID = \d, State.*\n/g, '');
    expect(valueOf(read(text))).toMatchObject({ lastPoll: null, membership: [], quorumNodes: [] });
  });

  it('divides an IPv6 address from its port at the last colon', () => {
    expect(netOf(CONNECTED.replace('10.77.0.2:5403', 'fd00::2:5404'))).toMatchObject({ host: 'fd00::2', port: 5404 });
  });

  it('reads every status that the daemon can print', () => {
    fc.assert(
      fc.property(anyQdeviceStatus, (status) => {
        expect(valueOf(read(printQdeviceStatus(status)))).toEqual(status);
      }),
    );
  });
});

describe('corosync-qdevice-tool when corosync-qdevice is not there', () => {
  it.each([NOT_RUNNING, NOT_RUNNING.replace('No such file or directory', 'Connection refused')])(
    'down: %s',
    (stderr) => {
      expect(read('', 3, stderr)).toMatchObject({
        kind: 'down',
        finding: { code: 'qdevice_down', severity: 'error', subject: 'duo-1', params: { exitCode: 3 } },
      });
    },
  );

  it.each([
    ['may not be asked by this user', 3, NOT_RUNNING.replace('No such file or directory', 'Permission denied')],
    [
      'is frozen behind a full backlog',
      3,
      NOT_RUNNING.replace('No such file or directory', 'Resource temporarily unavailable'),
    ],
    ['answers nonsense', 3, 'corosync-qdevice-tool: Unknown status line returned by IPC server\n'],
    ['answers with an error', 4, 'Error: Internal IPC buffer too small\n'],
    [
      'is another daemon',
      3,
      "corosync-qnetd-tool: Can't connect to qnetd socket (is QNetd running?): No such file or directory\n",
    ],
    ['said so, but with another exit code', 1, NOT_RUNNING],
    ['is not installed', 127, 'bash: line 1: corosync-qdevice-tool: command not found\n'],
    ['hung up before it answered', 0, ''],
  ])('is not concluded when it %s: unknown', (_what, exitCode, stderr) => {
    expect(read('', exitCode, stderr)).toMatchObject({
      kind: 'unknown',
      finding: { code: 'qdevice_unreadable', params: { exitCode } },
    });
  });
});

describe('corosync-qdevice-tool printing what it never prints: unknown, with the line', () => {
  it.each<[string, string, string, RegExp]>([
    ['another model', 'Net\n', 'Carrier pigeon\n', /line 3 but saw/],
    ['node id 0', 'Node ID:\t\t1\n', 'Node ID:\t\t0\n', /line 4/],
    ['an interval without its unit', '10000ms', '10000', /line 5/],
    ['an interval above 32 bits', '10000ms', '4294967296ms', /line 5/],
    ['a version above 64 bits', 'version:\t3', 'version:\t18446744073709551616', /line 7/],
    ['blanks for a tab', '    0\tNode ID = 1\n', '    0 Node ID = 1\n', /line 9/],
    ['an empty data center', '    1\tNode ID = 2\n', '    1\tNode ID = 2, Data center ID = \n', /line 10/],
    ['a missing index', '    1\tNode ID = 2\n', '    \tNode ID = 2\n', /line 10/],
    ['another mode of heuristics', 'Disabled', 'Sometimes', /line 11/],
    ['a list that ends in a comma', 'list:\t1, 2', 'list:\t1, ', /line 13/],
    ['half an answer', 'Quorate:\t\tYes', 'Quorate:\t\tYe', /line 14/],
    ['a state of a node that does not exist', 'State = dead', 'State = undead', /line 17/],
    ['a time without seconds', 'call:\t\t2025-11-23T01:02:03', 'call:\t\t2025-11-23T01:02', /line 19/],
    ['no line between the halves', '\n\nQdevice-net', '\nQdevice-net', /line 20/],
    ['no port', '10.77.0.2:5403', '10.77.0.2', /line 24/],
    ['a port too large', ':5403', ':65536', /line 24/],
    [
      'an escape sequence in the name',
      'name:\t\tduo',
      'name:\t\td\u001b[2Juo',
      /line 23 but saw "Cluster name:\\u0009\\u0009d\\u001b\[2Juo"/,
    ],
    ['IP version 5', 'Connect timeout', 'Force IP version:\t5\nConnect timeout', /line 25/],
    ['an unknown algorithm', 'Fifty-Fifty split', 'Dice', /line 29/],
    ['an unknown tie-breaker', 'lowest node ID', 'luckiest node ID', /line 30/],
    ['a timer that does not run but casts', 'Yes (cast vote)\nState', 'No (cast vote)\nState', /line 32/],
    ['an unknown state', 'State:\t\t\tConnected', 'State:\t\t\tHappy', /line 33/],
    ['a certificate sent without TLS', 'Yes (client certificate sent)', 'No (client certificate sent)', /line 34/],
    ['the result of heuristics that are off', 'TLS active', 'Heuristics result:\tPass\nTLS active', /line 34/],
    ['no result of heuristics that are on', 'Disabled', 'Enabled', /line 34/],
    ['a session while connecting', 'State:\t\t\tConnected', 'State:\t\t\tConnecting', /line 34/],
    ['another line at the end', '01:02:01\n', '01:02:01\nbye\n', /line 37/],
  ])('%s', (_what, from, to, message) => {
    expect(CONNECTED).toContain(from);
    expectUnknown(CONNECTED.replace(from, to), message);
  });

  it('cut short anywhere but behind the lines that may be missing', () => {
    const optional = ['Connected since:', 'Echo reply received:'].map((label) => CONNECTED.indexOf(label));
    for (let length = 0; length < CONNECTED.length; length += 1)
      expect(read(CONNECTED.slice(0, length)).kind, `cut after ${length} characters`).toBe(
        optional.includes(length) ? 'known' : 'unknown',
      );
  });
});
