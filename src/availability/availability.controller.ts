import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Answers } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { Requires } from '../platform/http/requires.ts';
import { idParam } from '../platform/http/schemas.ts';
import {
  availabilityQuery,
  availabilitySchema,
  periodIn,
  presentAvailability,
  type AvailabilityQuery,
} from './availability.schema.ts';
import { ReportAvailability } from './report-availability.ts';

@ApiTags('votes')
@Controller('v1/clusters/:id/availability')
export class AvailabilityController {
  constructor(
    private readonly report: ReportAvailability,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @Requires('read')
  @Answers(200, 'How long the vote was there in a month or a range, and the outages.', availabilitySchema)
  async one(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Query({ schema: availabilityQuery }) query: AvailabilityQuery,
  ) {
    return presentAvailability(await this.report.run(caller, id, periodIn(query, this.clock.now())));
  }
}
