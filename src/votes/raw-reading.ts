import { qdeviceTool } from '../core/corosync/tools/qdevice-tool.ts';
import { qnetdListTool, qnetdStatusTool } from '../core/corosync/tools/qnetd-tool.ts';
import { quorumtool } from '../core/corosync/tools/quorumtool.ts';
import type { ToolOutput } from '../core/corosync/tools/tool.ts';
import { section, type Sections } from '../core/facts/sections.ts';
import type { Finding } from '../core/finding.ts';
import type { ArbiterView, NodeView } from '../core/quorum/views.ts';
import type { Instant } from '../core/time.ts';
import type { Reading } from './vote.entity.ts';

/** A look as it is kept: each tool's output as it came, or why there is none. It is parsed anew whenever it is used. */
type RawReading =
  | { readonly tools: Readonly<Record<string, ToolOutput>>; readonly report?: ReportMark }
  | { readonly unreachable: Finding };

/** What a node's agent says of its own report. */
export interface ReportMark {
  readonly sequence: number;
  /** By the node's clock. */
  readonly sentAt: Instant;
}

export const rawOfSections = (sections: Sections): string =>
  JSON.stringify({ tools: Object.fromEntries(sections) } satisfies RawReading);
export const rawOfReport = (tools: Readonly<Record<'quorum' | 'device', ToolOutput>>, report: ReportMark): string =>
  JSON.stringify({ tools, report } satisfies RawReading);
export const rawOfFailure = (unreachable: Finding): string => JSON.stringify({ unreachable } satisfies RawReading);

const sectionsOf = (raw: Extract<RawReading, { tools: unknown }>): Sections => new Map(Object.entries(raw.tools));

/** @param address under which the node is registered */
export const nodeView = (reading: Reading, address: string): NodeView => {
  const raw = JSON.parse(reading.raw) as RawReading;
  if ('unreachable' in raw) return { address, at: reading.at, unreachable: raw.unreachable };
  const sections = sectionsOf(raw);
  return {
    address,
    at: reading.at,
    ...(reading.source === 'push' ? { source: reading.source } : {}),
    ...(raw.report ? { clockOffsetMs: raw.report.sentAt - reading.at } : {}),
    quorum: quorumtool.parse(section(sections, 'quorum'), address),
    device: qdeviceTool.parse(section(sections, 'device'), address),
  };
};

/** @param subject the arbiter's name */
export const arbiterView = (reading: Reading, subject: string): ArbiterView => {
  const raw = JSON.parse(reading.raw) as RawReading;
  if ('unreachable' in raw) return { at: reading.at, reading: { kind: 'unknown', finding: raw.unreachable } };
  const sections = sectionsOf(raw);
  return {
    at: reading.at,
    reading: qnetdListTool.parse(section(sections, 'clients'), subject),
    status: qnetdStatusTool.parse(section(sections, 'status'), subject),
  };
};
