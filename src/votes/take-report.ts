import { Inject, Injectable } from '@nestjs/common';
import { AgentTokensStore } from '../access/agent-tokens.store.ts';
import { AuthenticateAgent } from '../access/authenticate-agent.ts';
import { parseInstant, type Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { Database } from '../platform/database/database.ts';
import { onlyCustomer } from '../platform/database/scope.ts';
import type { Agent } from '../platform/http/agent.ts';
import { notFound, unauthorized } from '../platform/http/problem.ts';
import { JudgeReported } from './judge-reported.ts';
import { rawOfReport } from './raw-reading.ts';
import { ReportCounts } from './report-counts.ts';
import type { Report } from './reports.schema.ts';
import { VotesStore } from './votes.store.ts';

/** Takes what a node's agent reports: on record once, whatever the way did to it, and then the vote is judged anew. */
@Injectable()
export class TakeReport {
  constructor(
    private readonly database: Database,
    private readonly tokens: AgentTokensStore,
    private readonly agents: AuthenticateAgent,
    private readonly votes: VotesStore,
    private readonly counts: ReportCounts,
    private readonly judge: JudgeReported,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * One that was sent before, or came late behind a later one, changes nothing.
   * @throws a problem: 404 for a cluster that is not the agent's, 401 `token_invalid` when the token was revoked
   */
  async run(agent: Agent, clusterId: string, report: Report): Promise<void> {
    if (agent.clusterId !== clusterId) throw notFound('cluster');
    if (await this.keep(agent, report)) {
      this.counts.taken();
      await this.judge.run(clusterId);
      return;
    }
    const standing = await this.tokens.find(this.database.read, onlyCustomer(agent.customerId), agent.tokenId);
    if (standing) return this.counts.replayed();
    this.agents.forget(agent);
    throw unauthorized('token_invalid', 'The token of this agent was revoked.');
  }

  /** The number first, in the same transaction: it is also what finds out whether the token still stands. */
  private keep({ tokenId, nodeId, clusterId, customerId }: Agent, report: Report): Promise<boolean> {
    const { sequence, tools } = report;
    return this.database.write(async (tx) => {
      const at = this.clock.now();
      if (!(await this.tokens.advance(tx, tokenId, sequence, at))) return false;
      const raw = rawOfReport(tools, { sequence, sentAt: parseInstant(report.sentAt) ?? at });
      await this.votes.insertReadings(tx, {
        ...{ id: randomUUIDv7(), source: 'push', instanceId: null, clusterId, customerId, nodeId, at, raw },
      });
      return true;
    });
  }
}
