import type { LineReader } from './line-reader.ts';
import { printableText, u64Text, type Printed } from './printed-values.ts';
import { corosyncIsDown, readQuorumStatus, type QuorumStatus } from './quorumtool.ts';
import { strictTool } from './strict-tool.ts';
import type { Tool } from './tool.ts';

/** `pvecm status`: the totem section of `/etc/pve/corosync.conf`, then what the node's corosync itself sees. */
export interface PvecmStatus {
  /** null when the file has no totem section, and before pve-cluster 6: then the header is not printed. */
  readonly cluster: {
    readonly name: string;
    /** null when the file has none (printed as -1). */
    readonly configVersion: string | null;
    readonly transport: string;
    readonly secureAuth: string;
  } | null;
  readonly quorum: QuorumStatus;
}

const TITLE = 'Cluster information';

const configVersion: Printed<{ readonly number: string | null }> = (text) => {
  if (text === '-1') return { number: null };
  const number = u64Text(text);
  return number === undefined ? undefined : { number };
};

const readHeader = (lines: LineReader): PvecmStatus['cluster'] => {
  if (!lines.nextStartsWith(TITLE)) return null;
  lines.literally(TITLE, '-------------------');
  const header = {
    name: lines.field('Name:             ', printableText),
    configVersion: lines.field('Config Version:   ', configVersion).number,
    transport: lines.field('Transport:        ', printableText),
    secureAuth: lines.field('Secure auth:      ', printableText),
  };
  lines.literally('');
  return header;
};

/**
 * The state of a Proxmox VE node's cluster. Exit codes are those of corosync-quorumtool, which takes pvecm's place
 * after the header (`exec 'corosync-quorumtool', '-siH'` in PVE/CLI/pvecm.pm); a node without a corosync.conf in
 * /etc/pve is in no cluster, which pvecm says with another exit code: unknown.
 */
export const pvecmStatus: Tool<PvecmStatus> = strictTool({
  code: 'pvecm',
  command: ['pvecm', 'status'],
  daemon: 'corosync',
  hungCode: 'corosync_hung',
  saysDown: corosyncIsDown,
  exitCodes: [0, 1, 2],
  read: (lines, exitCode) => ({ cluster: readHeader(lines), quorum: readQuorumStatus(lines, exitCode) }),
});
