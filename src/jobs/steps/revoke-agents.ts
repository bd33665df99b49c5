import { Injectable } from '@nestjs/common';
import { RevokeAgentTokens } from '../../access/revoke-agent-tokens.ts';
import { theJob } from '../../core/audit/actor.ts';
import { Database } from '../../platform/database/database.ts';
import { NewestViews } from '../../votes/newest-views.ts';
import { VotesStore } from '../../votes/votes.store.ts';
import { planned, type Step, type StepWork } from '../step.ts';

interface Input {
  readonly clusterId: string;
  readonly nodeIds: readonly string[];
}

export const revokeAgents = (subject: string, input: Input) => ({
  ...planned('revoke-agents', subject, null, input),
  lasting: true,
});

/** Ends the access of a cluster's agents at once, wherever their nodes are, and forgets what they have reported. */
@Injectable()
export class RevokeAgents implements Step<Input, null> {
  readonly name = 'revoke-agents';

  constructor(
    private readonly database: Database,
    private readonly revoke: RevokeAgentTokens,
    private readonly votes: VotesStore,
    private readonly views: NewestViews,
  ) {}

  async do({ job, input }: StepWork<Input, null>): Promise<null> {
    await this.database.write(async (tx) => {
      await this.revoke.ofCluster(tx, theJob(job.id), input.clusterId);
      await this.votes.forgetReports(tx, input.nodeIds);
      tx.afterCommit(() => this.views.forgetReports(input.nodeIds));
    });
    return null;
  }

  /** A lasting step has none: the job does not turn back once it has begun. */
  undo(): Promise<void> {
    return Promise.reject(new Error('a token that was revoked does not come back'));
  }
}
