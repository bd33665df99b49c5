import { Inject, Injectable } from '@nestjs/common';
import { AgentTokensStore } from '../access/agent-tokens.store.ts';
import { AuthenticateAgent } from '../access/authenticate-agent.ts';
import { parseInstant, type Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import { onlyCustomer } from '../platform/database/scope.ts';
import type { Agent } from '../platform/http/agent.ts';
import { notFound, unauthorized } from '../platform/http/problem.ts';
import { JudgedClusters } from './judged-clusters.ts';
import { KeepReadings } from './keep-readings.ts';
import { NodeAddresses } from './node-addresses.ts';
import { NoteReports } from './note-reports.ts';
import { ReportCounts } from './report-counts.ts';
import type { Report } from './reports.schema.ts';
import { WatchVotes } from './watch-votes.ts';

/** Takes what a node's agent reports: on record once, whatever the way did to it, and then the vote is judged anew. */
@Injectable()
export class TakeReport {
  constructor(
    private readonly database: Database,
    private readonly tokens: AgentTokensStore,
    private readonly notes: NoteReports,
    private readonly agents: AuthenticateAgent,
    private readonly addresses: NodeAddresses,
    private readonly readings: KeepReadings,
    private readonly judged: JudgedClusters,
    private readonly watch: WatchVotes,
    private readonly counts: ReportCounts,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * One that was sent before, or came late behind a later one, changes nothing. When it is new that all is not well, a look of
   * ours bears it out.
   * @throws a problem: 404 for a cluster that is not the agent's, 401 `token_invalid` when the token was revoked
   */
  async run(agent: Agent, clusterId: string, report: Report): Promise<void> {
    if (agent.clusterId !== clusterId) throw notFound('cluster');
    // The number first: it is also what finds out whether the token still stands. Should the process die behind it, the agent
    // hears no answer and reports anew.
    if (!(await this.notes.run(agent.tokenId, report.sequence))) return this.passOver(agent);
    this.counts.taken();
    await this.keep(agent, report);
    if (this.judged.isUnsettled(clusterId)) await this.watch.nodesNow(clusterId);
  }

  private async keep(agent: Agent, { sequence, sentAt, tools }: Report): Promise<void> {
    const address = await this.addresses.of(agent);
    if (address === null) throw notFound('cluster');
    const { nodeId, clusterId, customerId } = agent;
    const at = this.clock.now();
    const report = { sequence, clockOffsetMs: (parseInstant(sentAt) ?? at) - at };
    const source = { kind: 'push', nodeId, clusterId, customerId, address } as const;
    await this.readings.run([{ source, at, raw: { tools, report } }]);
  }

  private async passOver(agent: Agent): Promise<void> {
    const standing = await this.tokens.find(this.database.read, onlyCustomer(agent.customerId), agent.tokenId);
    if (standing) return this.counts.replayed();
    this.agents.forget(agent);
    throw unauthorized('token_invalid', 'The token of this agent was revoked.');
  }
}
