import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quorumtool } from '../../../../src/core/corosync/tools/quorumtool.ts';
import type { ToolReading } from '../../../../src/core/corosync/tools/tool.ts';
import {
  anyQuorumStatus,
  anyQuorumtoolFormat,
  printQuorumStatus,
  quorumtoolExitCode,
  type QuorumtoolFormat,
} from './print-quorumtool.ts';

const SPLIT = `Quorum information
------------------
Date:             Sun Nov 23 01:02:03 2025
Quorum provider:  corosync_votequorum
Nodes:            1
Node ID:          2
Ring ID:          2.1a
Quorate:          No

Votequorum information
----------------------
Expected votes:   3
Highest expected: 3
Total votes:      1
Quorum:           2 Activity blocked
Flags:            Qdevice 

Membership information
----------------------
    Nodeid      Votes    Qdevice Name
         2          1   A,NV,NMW duo-2 (local)
         0          0            Qdevice (votes 1)
`;

const HEALTHY = `Quorum information
------------------
Date:             Sun Nov  3 01:02:03 2025
Quorum provider:  corosync_votequorum
Nodes:            2
Node ID:          0x00000001
Ring ID:          1.9
Quorate:          Yes

Votequorum information
----------------------
Expected votes:   3
Highest expected: 3
Total votes:      3
Quorum:           2  
Flags:            Quorate Qdevice 

Membership information
----------------------
    Nodeid      Votes    Qdevice Name
0x00000001          1    A,V,NMW 10.77.1.1 (local)
0x00000002          1    A,V,NMW 10.77.1.2
0x00000000          1            Qdevice
`;

const read = (stdout: string, exitCode: number, stderr = '') => quorumtool.parse({ stdout, exitCode, stderr }, 'duo-1');

const valueOf = <T>(reading: ToolReading<T>): T => {
  if (reading.kind !== 'known') throw new Error(reading.finding.message);
  return reading.value;
};

const expectUnknown = (stdout: string, exitCode: number, message: RegExp) => {
  const reading = read(stdout, exitCode);
  expect(reading.kind).toBe('unknown');
  if (reading.kind === 'unknown') {
    expect(reading.finding).toMatchObject({ code: 'quorumtool_unreadable', severity: 'error', subject: 'duo-1' });
    expect(reading.finding.message).toMatch(message);
  }
};

describe('corosync-quorumtool -s', () => {
  it('is asked as an argument vector without a shell', () => {
    expect(quorumtool.command).toEqual(['corosync-quorumtool', '-s']);
  });

  it('reads the side of a partition that has lost: blocked, its own device not voting', () => {
    expect(valueOf(read(SPLIT, 2))).toEqual({
      provider: 'corosync_votequorum',
      nodeCount: 1,
      nodeId: 2,
      ringId: { representative: 2, sequence: '1a' },
      quorate: false,
      expectedVotes: 3,
      highestExpected: 3,
      totalVotes: 1,
      quorum: 2,
      activityBlocked: true,
      flags: ['Qdevice'],
      members: [
        {
          nodeId: 2,
          votes: 1,
          device: { alive: true, cast: false, masterWins: false },
          name: 'duo-2',
          local: true,
        },
      ],
      device: { votes: 0, configuredVotes: 1, name: 'Qdevice' },
    });
  });

  it('reads hexadecimal node ids and addresses, as -siH prints them', () => {
    const status = valueOf(read(HEALTHY, 0));
    expect(status).toMatchObject({ nodeId: 1, quorate: true, activityBlocked: false, flags: ['Quorate', 'Qdevice'] });
    expect(status.members.map(({ nodeId, name, local }) => [nodeId, name, local])).toEqual([
      [1, '10.77.1.1', true],
      [2, '10.77.1.2', false],
    ]);
    expect(status.device).toEqual({ votes: 1, configuredVotes: null, name: 'Qdevice' });
  });

  it('reads a cluster without a device, whose table has no such column', () => {
    const plain = SPLIT.replace('Qdevice Name', 'Name')
      .replace('      Votes    Name', '      Votes Name')
      .replace('  A,NV,NMW duo-2', 'duo-2')
      .replace(/ +0 +0 .*\n/, '')
      .replace('Flags:            Qdevice ', 'Flags:            ');
    const fixed = plain.replace(/ +2 +1 +duo-2/, '         2          1 duo-2');
    expect(valueOf(read(fixed, 2))).toMatchObject({ device: null, flags: [], members: [{ device: null }] });
  });

  it('reads a node whose own device is not registered beside one whose is', () => {
    const text = HEALTHY.replace('   A,V,NMW 10.77.1.1', '        NR 10.77.1.1').replace(
      '0x00000000          1            Qdevice',
      '0x00000000          0            Qdevice (votes 1)',
    );
    const status = valueOf(read(text, 0));
    expect(status.members.map((member) => member.device)).toEqual([
      'not-registered',
      { alive: true, cast: true, masterWins: false },
    ]);
    expect(status.device).toEqual({ votes: 0, configuredVotes: 1, name: 'Qdevice' });
  });

  it('reads the table of -p, which has the column even where no device is registered', () => {
    const text = HEALTHY.replaceAll('   A,V,NMW', '        NR').replace(/0x00000000.*\n/, '');
    expect(valueOf(read(text, 0))).toMatchObject({
      device: null,
      members: [{ device: 'not-registered' }, { device: 'not-registered' }],
    });
  });

  it('leaves out what an administrator put behind a name with -X', () => {
    const text = HEALTHY.replace('10.77.1.1 (local)', '10.77.1.1 [rack 7 (local)] (local)').replace(
      '10.77.1.2',
      '10.77.1.2 [12 bytes: 0A FF ]',
    );
    expect(valueOf(read(text, 0)).members.map((member) => member.name)).toEqual(['10.77.1.1', '10.77.1.2']);
  });

  it('keeps a name empty that corosync did not know', () => {
    expect(valueOf(read(HEALTHY.replace('10.77.1.2', ''), 0)).members[1]?.name).toBe('');
  });

  it.each([
    ['1/9', { representative: 1, sequence: '9' }],
    ['-2/26', { representative: 0xffff_fffe, sequence: '1a' }],
    ['3/18446744073709551615', { representative: 3, sequence: 'ffffffffffffffff' }],
  ])('reads the decimal ring id %s of corosync up to 3.0.2', (printed, ringId) => {
    expect(valueOf(read(HEALTHY.replace('1.9', printed), 0)).ringId).toEqual(ringId);
  });

  it('reads every status that the tool can print, in the form of every version', () => {
    fc.assert(
      fc.property(anyQuorumStatus, anyQuorumtoolFormat, (status, format) => {
        const exitCode = quorumtoolExitCode(status.quorate, format);
        expect(valueOf(read(printQuorumStatus(status, format), exitCode))).toEqual(status);
      }),
    );
  });
});

describe('corosync-quorumtool while a membership forms', () => {
  it('reports "Quorate: No" beside the flag Quorate as it was printed', () => {
    const text = HEALTHY.replace('Quorate:          Yes', 'Quorate:          No');
    expect(valueOf(read(text, 2))).toMatchObject({ quorate: false, flags: ['Quorate', 'Qdevice'] });
  });

  it('reports "Quorate: Yes" without the flag Quorate as it was printed', () => {
    const text = HEALTHY.replace('Quorate Qdevice', 'Qdevice').replace('2  \n', '2 Activity blocked\n');
    expect(valueOf(read(text, 0))).toMatchObject({ quorate: true, activityBlocked: true, flags: ['Qdevice'] });
  });

  it('reports the flag Qdevice without any registered device as it was printed', () => {
    const text = HEALTHY.replaceAll('   A,V,NMW ', '')
      .replace('   Qdevice Name', 'Name')
      .replace(/0x00000000.*\n/, '');
    expect(valueOf(read(text, 0))).toMatchObject({ flags: ['Quorate', 'Qdevice'], device: null });
  });

  it('reads a node that has no membership yet', () => {
    const text = HEALTHY.replace('Nodes:            2', 'Nodes:            0')
      .replace('   Qdevice Name', 'Name')
      .replace(/^0x.*\n/gm, '');
    expect(valueOf(read(text, 0))).toMatchObject({ nodeCount: 0, members: [], device: null });
  });
});

describe('the exit code of corosync-quorumtool', () => {
  const quorate = { now: HEALTHY, old: HEALTHY.replace('1.9', '1/9') };
  const inquorate = { now: SPLIT, old: SPLIT.replace('2.1a', '2/26') };

  it.each([
    ['quorate', quorate.now, 0],
    ['not quorate', inquorate.now, 2],
    ['quorate, 3.0.2', quorate.old, 0],
    ['not quorate, 3.0.2', inquorate.old, 2],
    ['quorate, up to 3.0.1', quorate.old, 1],
    ['not quorate, up to 3.0.1', inquorate.old, 0],
  ])('agrees with the text: %s', (_what, text, exitCode) => {
    expect(read(text, exitCode).kind).toBe('known');
  });

  it.each([
    ['quorate', quorate.now, 2],
    ['quorate after an error (CS_ERR_NOT_EXIST)', quorate.now, 1],
    ['not quorate', inquorate.now, 0],
    ['not quorate after an error', inquorate.now, 1],
    ['quorate, old', quorate.old, 2],
    ['not quorate, old', inquorate.old, 1],
  ])('that contradicts the text makes both unknown (invariant 21): %s, %s', (_what, text, exitCode) => {
    expectUnknown(text, exitCode, /exit code/);
  });

  it.each([3, 124, 126, 127, 255, -1])('%i is none of the tool: unknown, whatever was printed', (exitCode) => {
    expectUnknown(HEALTHY, exitCode, new RegExp(`expected exit code 0 or 1 or 2 but saw "exit code ${exitCode}"`));
  });
});

describe('corosync-quorumtool when corosync is down', () => {
  it.each([
    'Cannot initialize CMAP service',
    'Cannot initialize QUORUM service',
    'Cannot initialise CFG service',
    'Cannot initialise VOTEQUORUM service',
  ])('says "%s": down', (message) => {
    const reading = read('', 1, `${message}\n`);
    expect(reading).toMatchObject({
      kind: 'down',
      finding: {
        code: 'quorumtool_down',
        severity: 'error',
        subject: 'duo-1',
        params: { exitCode: 1, stderr: message },
      },
    });
  });

  it('hears it among what sudo says', () => {
    const stderr = 'sudo: unable to resolve host duo-1\nCannot initialize CMAP service\n';
    expect(read('', 1, stderr).kind).toBe('down');
  });

  it.each([
    ['another exit code', '', 0, 'Cannot initialize CMAP service\n'],
    ['output beside it', HEALTHY, 1, 'Cannot initialize CMAP service\n'],
    ['other words', '', 1, 'Unable to start quorum status tracking: 6\n'],
    ['the words inside other words', '', 1, 'x Cannot initialize CMAP service\n'],
    ['no words', '', 1, ''],
    ['no such command', '', 127, 'bash: line 1: corosync-quorumtool: command not found\n'],
  ])('is not concluded from %s: unknown', (_what, stdout, exitCode, stderr) => {
    const reading = read(stdout, exitCode, stderr);
    expect(reading.kind).toBe('unknown');
    if (reading.kind === 'unknown' && stderr !== '') expect(reading.finding.params['stderr']).toBe(stderr.trim());
  });
});

describe('corosync-quorumtool printing what it never prints: unknown, with the line', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'a word instead of a number',
      'Total votes:      3',
      'Total votes:      many',
      /"Total votes:".* in line 14 but saw/,
    ],
    ['a negative number', 'Expected votes:   3', 'Expected votes:   -1', /line 12/],
    ['a number with a zero in front', 'Quorum:           2', 'Quorum:           02', /line 15/],
    ['a number too large for C', 'Total votes:      3', 'Total votes:      2147483648', /line 14/],
    ['an unknown flag', 'Quorate Qdevice ', 'Quorate Dancing ', /line 16/],
    ['flags in another order', 'Quorate Qdevice ', 'Qdevice Quorate ', /line 16/],
    ['a flag twice', 'Quorate Qdevice ', 'Quorate Quorate ', /line 16/],
    ['a flag without the blank after it', 'Quorate Qdevice \n', 'Quorate Qdevice\n', /line 16/],
    ['blocked with the flag Quorate', '2  \n', '2 Activity blocked\n', /Activity blocked/],
    ['a device column that does not exist', '   A,V,NMW 10.77.1.2', '     A,V,X 10.77.1.2', /line 22/],
    ['an upper-case device column name', 'A,V,NMW 10.77.1.2', 'a,v,nmw 10.77.1.2', /line 22/],
    ['a shifted column', '         1    A,V,NMW 10.77.1.2', '        1     A,V,NMW 10.77.1.2', /line 22/],
    ['fewer rows than nodes', 'Nodes:            2', 'Nodes:            3', /as many rows/],
    ['the same node twice', '0x00000002', '0x00000001', /line 22/],
    ['a foreign node marked local', '10.77.1.2\n', '10.77.1.2 (local)\n', /line 22/],
    ['no node marked local', ' (local)', '', /line 21/],
    ['another node than the one asked', 'Node ID:          0x00000001', 'Node ID:          0x00000003', /line 21/],
    ['a node id 0', 'Node ID:          0x00000001', 'Node ID:          0x00000000', /line 6/],
    ['decimal and hexadecimal ids together', 'Node ID:          0x00000001', 'Node ID:          1', /line 21/],
    ['no row of the device', '0x00000000          1            Qdevice\n', '', /row of the device/],
    [
      'the row of the device in the middle',
      '10.77.1.2\n',
      '10.77.1.2\n0x00000000          1            Qdevice\n',
      /nothing after/,
    ],
    [
      'device votes in brackets while casting',
      '1            Qdevice\n',
      '0            Qdevice (votes 1)\n',
      /fits the flags/,
    ],
    ['cast votes and brackets at once', '1            Qdevice\n', '1            Qdevice (votes 1)\n', /line 23/],
    ['a row from memory never filled', '\n\nMembership', '\nUnable to get node 2 info\n\nMembership', /line 17/],
    ['another line at the end', 'Qdevice\n', 'Qdevice\n\n', /line 24/],
    ['a carriage return', 'Quorate:          Yes', 'Quorate:          Yes\r', /line 8 but saw ".*\\u000d"/],
    ['a ring id of three parts', '1.9', '1.9.9', /line 7/],
    ['a ring id too long for 64 bits', '1.9', '1.10000000000000000', /line 7/],
    ['another quorum provider', '\n\nVotequorum information', '\n\nMembership information', /line 10/],
  ])('%s', (_what, from, to, message) => {
    expect(HEALTHY).toContain(from);
    expectUnknown(HEALTHY.replace(from, to), 0, message);
  });

  const OWN_ROW = '0x00000001          1    A,V,NMW 10.77.1.1 (local)\n';
  const OTHER_ROW = '0x00000002          1    A,V,NMW 10.77.1.2\n';
  const withNodes = (count: number) => HEALTHY.replace('Nodes:            2', `Nodes:            ${count}`);

  it.each<[string, string, RegExp]>([
    ['more rows than nodes', withNodes(1), /as many rows as "Nodes:" says, 1/],
    ['another node twice', withNodes(3).replace(OTHER_ROW, OTHER_ROW + OTHER_ROW), /one row for each node id/],
    ['the node itself twice', withNodes(3).replace(OWN_ROW, OWN_ROW + OWN_ROW), /one row for each node id/],
    ['no row of the node itself', withNodes(1).replace(OWN_ROW, ''), /a row of node 1 itself/],
  ])('%s', (_what, text, message) => {
    expectUnknown(text, 0, message);
  });

  it('cut short anywhere, unless nothing is missing', () => {
    for (let length = 0; length < HEALTHY.length; length += 1)
      expect(read(HEALTHY.slice(0, length), 0).kind, `cut after ${length} characters`).toBe('unknown');
  });
});

describe('the forms of one status', () => {
  it('differ as text and agree as value', () => {
    const formats: QuorumtoolFormat[] = [true, false].flatMap((hexadecimalIds) =>
      [true, false].map((decimalRingId) => ({ hexadecimalIds, decimalRingId, quorateIsExitCode1: false })),
    );
    const texts = formats.map((format) => printQuorumStatus(valueOf(read(HEALTHY, 0)), format));
    expect(new Set(texts).size).toBe(4);
    for (const text of texts) expect(valueOf(read(text, 0))).toEqual(valueOf(read(HEALTHY, 0)));
  });
});
