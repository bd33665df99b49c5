import { qdeviceTool } from '../corosync/tools/qdevice-tool.ts';
import type { QdeviceStatus } from '../corosync/tools/qdevice-tool.ts';
import { quorumtool } from '../corosync/tools/quorumtool.ts';
import type { QuorumStatus } from '../corosync/tools/quorumtool.ts';
import type { ToolReading } from '../corosync/tools/tool.ts';
import type { Instant } from '../time.ts';
import { hostFacts, type HostFacts } from './host-facts.ts';
import { answer, listing, section, type Sections } from './sections.ts';

/** What a node is asked before it may be changed. */
export interface NodeFacts extends HostFacts {
  /** corosync.conf in base64, so that every byte is kept; null when it cannot be read. */
  readonly config: string | null;
  /** `totem.config_version` that corosync runs; null when it does not say. */
  readonly runningVersion: string | null;
  readonly quorum: ToolReading<QuorumStatus>;
  readonly device: ToolReading<QdeviceStatus>;
  /** Of the files whose presence matters, those that are there. */
  readonly files: readonly string[];
  /** Proxmox VE's master copy of corosync.conf; null where there is none. */
  readonly pve: { readonly config: string | null; readonly writable: boolean } | null;
}

export const nodeFacts = (sections: Sections, askedAt: Instant, subject: string): NodeFacts => ({
  ...hostFacts(sections, askedAt, { quorum: 'corosync', runningVersion: 'corosync', device: 'qdevice' }),
  config: answer(sections, 'config'),
  runningVersion: runningVersionOf(answer(sections, 'runningVersion')),
  quorum: quorumtool.parse(section(sections, 'quorum'), subject),
  device: qdeviceTool.parse(section(sections, 'device'), subject),
  files:
    answer(sections, 'files') === null
      ? []
      : listing(sections, 'files')
          .split('\n')
          .filter((path) => path !== ''),
  pve: sections.has('pveConfig')
    ? { config: answer(sections, 'pveConfig'), writable: section(sections, 'pveWritable').exitCode === 0 }
    : null,
});

/** `totem.config_version (u64) = 3` */
const runningVersionOf = (text: string | null): string | null =>
  /^totem\.config_version \(\w+\) = (\d+)$/.exec(text ?? '')?.[1] ?? null;
