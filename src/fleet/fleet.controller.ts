import { Controller, Get, Header } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { Requires } from '../platform/http/requires.ts';
import { fleetSummarySchema, presentFleet } from './fleet.schema.ts';
import { SummariseFleet } from './summarise-fleet.ts';

@ApiTags('fleet')
@Controller('v1/fleet')
export class FleetController {
  constructor(private readonly fleet: SummariseFleet) {}

  @Get('summary')
  @Requires('read')
  @Header('Cache-Control', 'no-store')
  @Answers(200, 'All clusters at a glance: counts, the worst ten, arbiters, jobs.', fleetSummarySchema)
  async summary(@TheCaller() caller: Caller) {
    return presentFleet(await this.fleet.run(caller));
  }
}
