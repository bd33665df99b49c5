import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Answers } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { Requires } from '../platform/http/requires.ts';
import { idParam } from '../platform/http/schemas.ts';
import { clientPageSchema, clientQuery, presentClients, type ClientQuery } from './clients.schema.ts';
import { ListClients } from './list-clients.ts';
import { presentRestartImpact, restartImpactSchema } from './risk.schema.ts';
import { TellRestartImpact } from './tell-restart-impact.ts';

@ApiTags('arbiters')
@Controller('v1/arbiters/:id')
export class ArbiterRiskController {
  constructor(
    private readonly restartImpact: TellRestartImpact,
    private readonly listClients: ListClients,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('restart-impact')
  @Requires('read')
  @Answers(200, 'Which clusters would lose quorum if qnetd stopped now.', restartImpactSchema)
  async impact(@TheCaller() caller: Caller, @Param({ schema: idParam }) { id }: { id: string }) {
    return presentRestartImpact(await this.restartImpact.run(caller, id));
  }

  @Get('clients')
  @Requires('read')
  @Answers(200, 'Who was connected to qnetd at the last look, by cluster and node id.', clientPageSchema)
  async clients(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Query({ schema: clientQuery }) query: ClientQuery,
  ) {
    return presentClients(await this.listClients.run(caller, id), query, this.clock.now());
  }
}
