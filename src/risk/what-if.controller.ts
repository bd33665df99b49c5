import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { Requires } from '../platform/http/requires.ts';
import { idParam } from '../platform/http/schemas.ts';
import { AnswerWhatIf } from './answer-what-if.ts';
import { presentWhatIf, whatIfQuery, whatIfSchema, type WhatIfQuery } from './what-if.schema.ts';

@ApiTags('votes')
@Controller('v1/clusters/:id/what-if')
export class WhatIfController {
  constructor(private readonly whatIf: AnswerWhatIf) {}

  @Get()
  @Requires('read')
  @Answers(200, 'Who would stay quorate, and why: arithmetic, no host is asked.', whatIfSchema)
  async answer(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Query({ schema: whatIfQuery }) query: WhatIfQuery,
  ) {
    return presentWhatIf(await this.whatIf.run(caller, id, query));
  }
}
