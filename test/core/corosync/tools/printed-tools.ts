import fc from 'fast-check';
import { qdeviceTool } from '../../../../src/core/corosync/tools/qdevice-tool.ts';
import { qnetdListTool, qnetdStatusTool } from '../../../../src/core/corosync/tools/qnetd-tool.ts';
import { quorumtool } from '../../../../src/core/corosync/tools/quorumtool.ts';
import type { Tool } from '../../../../src/core/corosync/tools/tool.ts';
import { anyQdeviceStatus, printQdeviceStatus } from './print-qdevice-tool.ts';
import { anyQnetdList, anyQnetdStatus, printQnetdList, printQnetdStatus } from './print-qnetd-tool.ts';
import { anyQuorumStatus, anyQuorumtoolFormat, printQuorumStatus, quorumtoolExitCode } from './print-quorumtool.ts';

/** A tool beside its opposite: what it may print, and all texts that mean a value. */
export interface PrintedTool {
  readonly name: string;
  readonly tool: Tool<unknown>;
  readonly printed: fc.Arbitrary<{ readonly text: string; readonly exitCode: number }>;
  readonly print: (value: unknown) => readonly string[];
  /** Blanks out what the value does not keep. */
  readonly forget: (text: string) => string;
}

const asIs = (text: string) => ({ text, exitCode: 0 });
const bothWays = [false, true];

export const quorum: PrintedTool = {
  name: 'corosync-quorumtool -s',
  tool: quorumtool,
  printed: fc.tuple(anyQuorumStatus, anyQuorumtoolFormat).map(([status, format]) => ({
    text: printQuorumStatus(status, format),
    exitCode: quorumtoolExitCode(status.quorate, format),
  })),
  print: (value) =>
    bothWays.flatMap((hexadecimalIds) =>
      bothWays.map((decimalRingId) =>
        printQuorumStatus(value as never, { hexadecimalIds, decimalRingId, quorateIsExitCode1: false }),
      ),
    ),
  forget: (text) => text.replace(/^Date:.*/m, 'Date:').replace(/ \[[^\n]*\](?= \(local\)$|$)/gm, ''),
};

export const qdevice: PrintedTool = {
  name: 'corosync-qdevice-tool -sv',
  tool: qdeviceTool,
  printed: anyQdeviceStatus.map((status) => asIs(printQdeviceStatus(status))),
  print: (value) => [printQdeviceStatus(value as never)],
  forget: (text) => text.replace(/^ {4}\d+\t/gm, '    #\t'),
};

export const qnetdStatus: PrintedTool = {
  name: 'corosync-qnetd-tool -s -v',
  tool: qnetdStatusTool,
  printed: anyQnetdStatus.map((status) => asIs(printQnetdStatus(status))),
  print: (value) => [printQnetdStatus(value as never)],
  forget: (text) => text,
};

export const qnetdList: PrintedTool = {
  name: 'corosync-qnetd-tool -l -v',
  tool: qnetdListTool,
  printed: anyQnetdList.map((clusters) => asIs(printQnetdList(clusters))),
  print: (value) => [printQnetdList(value as never)],
  forget: (text) =>
    text
      .replace(/^Cluster "[^]*?":\n(?= {4}Algorithm:\t\t)/gm, 'Cluster\n')
      .replace(/(Heuristics:\t\t\w+) .*/g, '$1')
      .replace(/(?<=list:\t.*) \(\d+\)/g, '')
      .replace(/(N?ACK) \(\1\)/g, '$1'),
};
