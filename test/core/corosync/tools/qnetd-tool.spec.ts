import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { qnetdListTool, qnetdStatusTool } from '../../../../src/core/corosync/tools/qnetd-tool.ts';
import type { ToolReading } from '../../../../src/core/corosync/tools/tool.ts';
import { anyQnetdStatus, printQnetdStatus } from './print-qnetd-tool.ts';

const STATUS = `QNetd address:			*:5403
TLS:				Supported (client certificate required)
Connected clients:		4
Connected clusters:		2
Maximum send/receive size:	32768/32768 bytes
`;

const NOT_RUNNING =
  "corosync-qnetd-tool: Can't connect to qnetd socket (is QNetd running?): No such file or directory\n";

const read = (stdout: string, exitCode = 0, stderr = '') =>
  qnetdStatusTool.parse({ stdout, exitCode, stderr }, 'arbiter');

const valueOf = <T>(reading: ToolReading<T>): T => {
  if (reading.kind !== 'known') throw new Error(reading.finding.message);
  return reading.value;
};

describe('corosync-qnetd-tool -s -v', () => {
  it('is asked as an argument vector without a shell', () => {
    expect(qnetdStatusTool.command).toEqual(['corosync-qnetd-tool', '-s', '-v']);
  });

  it('reads a qnetd on all addresses', () => {
    expect(valueOf(read(STATUS))).toEqual({
      host: '*',
      port: 5403,
      tls: 'supported',
      clientCertificateRequired: true,
      connectedClients: 4,
      connectedClusters: 2,
      maximumClients: null,
      maximumSendBytes: 32768,
      maximumReceiveBytes: 32768,
    });
  });

  it('reads a qnetd with a limit of clients, on one IPv6 address', () => {
    const text = STATUS.replace('*:5403', 'fd00::2:5404').replace(
      'Maximum send',
      'Maximum allowed clients:\t40\nMaximum send',
    );
    expect(valueOf(read(text))).toMatchObject({ host: 'fd00::2', port: 5404, maximumClients: 40 });
  });

  it.each([
    ['Unsupported', 'unsupported', false],
    ['Supported', 'supported', false],
    ['Required', 'required', false],
    ['Required (client certificate required)', 'required', true],
  ])('reads TLS "%s"', (printed, tls, clientCertificateRequired) => {
    const text = STATUS.replace('Supported (client certificate required)', printed);
    expect(valueOf(read(text))).toMatchObject({ tls, clientCertificateRequired });
  });

  it('reads every status that qnetd can print', () => {
    fc.assert(
      fc.property(anyQnetdStatus, (status) => {
        expect(valueOf(read(printQnetdStatus(status)))).toEqual(status);
      }),
    );
  });

  it.each<[string, string, string, number]>([
    ['no port', '*:5403', '*', 1],
    ['no address', '*:5403', ':5403', 1],
    ['a certificate required without TLS', 'Supported (', 'Unsupported (', 2],
    ['a negative count', 'clients:\t\t4', 'clients:\t\t-4', 3],
    ['a count that no number holds exactly', 'clusters:\t\t2', 'clusters:\t\t9007199254740993', 4],
    ['one size', '32768/32768', '32768', 5],
    ['a size without its unit', ' bytes', '', 5],
    ['the short form without -v', 'Maximum send/receive size:\t32768/32768 bytes\n', '', 5],
    ['another line at the end', ' bytes\n', ' bytes\nCluster "x":\n', 6],
  ])('is unknown with %s', (_what, from, to, line) => {
    expect(STATUS).toContain(from);
    expect(read(STATUS.replace(from, to))).toMatchObject({
      kind: 'unknown',
      finding: { code: 'qnetd_unreadable', subject: 'arbiter', params: { line } },
    });
  });

  it('is unknown when it was cut short anywhere, also to nothing', () => {
    for (let length = 0; length < STATUS.length; length += 1)
      expect(read(STATUS.slice(0, length)).kind, `cut after ${length} characters`).toBe('unknown');
  });
});

describe.each([
  ['-s -v', qnetdStatusTool],
  ['-l -v', qnetdListTool],
])('corosync-qnetd-tool %s when qnetd is not there', (_what, tool) => {
  const fail = (exitCode: number, stderr: string) => tool.parse({ exitCode, stdout: '', stderr }, 'arbiter');

  it.each(['No such file or directory', 'Connection refused'])('is down on "%s"', (reason) => {
    expect(fail(3, NOT_RUNNING.replace('No such file or directory', reason))).toMatchObject({
      kind: 'down',
      finding: { code: 'qnetd_down', severity: 'error', subject: 'arbiter', params: { exitCode: 3 } },
    });
  });

  it.each([
    [3, NOT_RUNNING.replace('No such file or directory', 'Permission denied')],
    [3, NOT_RUNNING.replace('No such file or directory', 'Resource temporarily unavailable')],
    [3, 'corosync-qnetd-tool: Unknown status line returned by IPC server\n'],
    [4, 'Error: Internal IPC buffer too small\n'],
    [1, 'usage: corosync-qnetd-tool [-Hhlsv] [-c cluster_name] [-p qnetd_ipc_socket_path]\n'],
    [127, 'bash: corosync-qnetd-tool: command not found\n'],
  ])('is unknown on exit code %i with "%s"', (exitCode, stderr) => {
    expect(fail(exitCode, stderr)).toMatchObject({
      kind: 'unknown',
      finding: { code: 'qnetd_unreadable', params: { exitCode } },
    });
  });
});
