import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { ClustersStore, type ClusterWithNodes } from '../clusters/clusters.store.ts';
import { parseInstant } from '../core/time.ts';
import { Database } from '../platform/database/database.ts';
import { mapPage } from '../platform/database/page.ts';
import { Answers } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { pageRequest, presentPage } from '../platform/http/paging.ts';
import { notFound } from '../platform/http/problem.ts';
import { Requires } from '../platform/http/requires.ts';
import { idParam } from '../platform/http/schemas.ts';
import { JudgeVotes } from './judge-votes.ts';
import { historyQuery, historySchema, presentTransition, presentVote, voteSchema } from './votes.schema.ts';
import { VotesStore } from './votes.store.ts';

@ApiTags('votes')
@Controller('v1/clusters/:id')
export class VotesController {
  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    private readonly votes: VotesStore,
    private readonly judge: JudgeVotes,
  ) {}

  @Get('vote')
  @Requires('read')
  @Answers(200, 'Whether the vote is there, and whether the next failure would be survived.', voteSchema)
  async now(@TheCaller() caller: Caller, @Param({ schema: idParam }) { id }: { id: string }) {
    const cluster = await this.demand(caller, id);
    const { vote } = await this.judge.judge(cluster);
    const known = await this.votes.findState(this.database.read, caller.scope, id);
    // Views that have aged since the last look may have made it another state than the one on record.
    return presentVote(vote, known?.state === vote.state ? known.since : null);
  }

  @Get('vote-history')
  @Requires('read')
  @Answers(200, 'Each change of the vote state with its reasons, newest first.', historySchema)
  async history(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Query({ schema: historyQuery }) query: z.output<typeof historyQuery>,
  ) {
    await this.demand(caller, id);
    const period = { from: momentOf(query.from), to: momentOf(query.to) };
    const page = await this.votes.transitions(this.database.read, caller.scope, id, period, pageRequest(query));
    return presentPage(mapPage(page, presentTransition));
  }

  private async demand({ scope }: Caller, id: string): Promise<ClusterWithNodes> {
    const cluster = await this.clusters.find(this.database.read, scope, id);
    if (!cluster) throw notFound('cluster');
    return cluster;
  }
}

const momentOf = (text: string | undefined) => (text === undefined ? undefined : (parseInstant(text) ?? undefined));
