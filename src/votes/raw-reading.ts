import { qdeviceTool } from '../core/corosync/tools/qdevice-tool.ts';
import { qnetdListTool, qnetdStatusTool } from '../core/corosync/tools/qnetd-tool.ts';
import { quorumtool } from '../core/corosync/tools/quorumtool.ts';
import { timeless } from '../core/corosync/tools/timeless.ts';
import type { ToolOutput } from '../core/corosync/tools/tool.ts';
import { answer, section } from '../core/facts/sections.ts';
import type { Finding } from '../core/finding.ts';
import type { InstanceSight } from '../core/quorum/instance-state.ts';
import type { NodeView } from '../core/quorum/views.ts';
import { SECOND_MS } from '../core/time.ts';
import { sha256 } from '../platform/crypto/digest.ts';

/** A look as it came: each tool's output by its section, or why there is none. It is kept as JSON, and can be parsed anew. */
export type RawReading =
  | { readonly tools: Readonly<Record<string, ToolOutput>>; readonly report?: ReportMark }
  | { readonly unreachable: Finding };

/** What a node's agent says of its own report. */
export interface ReportMark {
  readonly sequence: number;
  /** The node's clock when it was sent, less ours when it came, in milliseconds. */
  readonly clockOffsetMs: number;
}

/** A clock that has gone wrong by more than this since is worth a row of its own. */
const CLOCK_STEP_MS = 30 * SECOND_MS;

/** What one look at a node brought back, without whose node it is and when. */
export type NodeSight =
  | Omit<Extract<NodeView, { readonly quorum: unknown }>, 'address' | 'at' | 'source'>
  | Omit<Extract<NodeView, { readonly unreachable: unknown }>, 'address' | 'at' | 'source'>;

export const textOf = (raw: RawReading): string => JSON.stringify(raw);
export const rawOf = (text: string): RawReading => JSON.parse(text) as RawReading;

/** Two looks have one digest exactly when all that they say is the same, but for the moments that the tools print and small drifts of a clock. */
export const digestOf = (raw: RawReading): string => {
  if ('unreachable' in raw) return sha256(JSON.stringify(raw.unreachable));
  const parts = Object.entries(raw.tools).map(([name, { exitCode, stdout, stderr }]) => {
    const said = timeless(stdout);
    return `${name} ${exitCode} ${said.length} ${stderr.length}\n${said}${stderr}`;
  });
  const clock = Math.round((raw.report?.clockOffsetMs ?? 0) / CLOCK_STEP_MS);
  return sha256([...parts, `clock ${clock}`].join(''));
};

/** @param subject whom findings on the output should name: the node's address */
export const nodeSight = (raw: RawReading, subject: string): NodeSight => {
  if ('unreachable' in raw) return { unreachable: raw.unreachable };
  const sections = new Map(Object.entries(raw.tools));
  const addresses = answer(sections, 'ownAddresses')?.split(/\s+/) ?? [];
  return {
    quorum: quorumtool.parse(section(sections, 'quorum'), subject),
    device: qdeviceTool.parse(section(sections, 'device'), subject),
    ...(addresses.length > 0 ? { addresses } : {}),
    ...(raw.report ? { clockOffsetMs: raw.report.clockOffsetMs } : {}),
  };
};

const ARBITER = 'arbiter';

export const instanceSight = (raw: RawReading): InstanceSight => {
  if ('unreachable' in raw)
    return { reading: { kind: 'unknown', finding: raw.unreachable }, unreachable: raw.unreachable };
  const sections = new Map(Object.entries(raw.tools));
  return {
    reading: qnetdListTool.parse(section(sections, 'clients'), ARBITER),
    status: qnetdStatusTool.parse(section(sections, 'status'), ARBITER),
  };
};
