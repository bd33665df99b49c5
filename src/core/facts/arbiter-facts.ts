import { qnetdListTool, qnetdStatusTool } from '../corosync/tools/qnetd-tool.ts';
import type { QnetdCluster, QnetdStatus } from '../corosync/tools/qnetd-tool.ts';
import type { ToolReading } from '../corosync/tools/tool.ts';
import type { Instant } from '../time.ts';
import { hostFacts, type HostFacts } from './host-facts.ts';
import { answer, section, type Sections } from './sections.ts';

/** What an arbiter is asked before it may be changed, or before a cluster may rely on it. */
export interface ArbiterFacts extends HostFacts {
  /** What stands where qnetd looks for its NSS database: nothing, a directory, a database, or a link to one of ours. */
  readonly database: string;
  readonly status: ToolReading<QnetdStatus>;
  readonly clusters: ToolReading<readonly QnetdCluster[]>;
}

export const arbiterFacts = (sections: Sections, askedAt: Instant, subject: string): ArbiterFacts => ({
  ...hostFacts(sections, askedAt),
  database: answer(sections, 'database') ?? 'unknown',
  status: qnetdStatusTool.parse(section(sections, 'status'), subject),
  clusters: qnetdListTool.parse(section(sections, 'clients'), subject),
});
