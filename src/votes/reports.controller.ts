import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { TheAgent, type Agent } from '../platform/http/agent.ts';
import { Answers } from '../platform/http/answers.ts';
import { RequiresAgent } from '../platform/http/requires.ts';
import { idParam } from '../platform/http/schemas.ts';
import { report, type Report } from './reports.schema.ts';
import { TakeReport } from './take-report.ts';

@ApiTags('votes')
@Controller('v1/clusters/:id/readings')
export class ReportsController {
  constructor(private readonly takeReport: TakeReport) {}

  @Post()
  @RequiresAgent()
  @Answers(204, 'It is on record; or it was before, and then nothing was changed.')
  async take(
    @TheAgent() agent: Agent,
    @Param({ schema: idParam }) { id }: { id: string },
    @Body({ schema: report }) body: Report,
  ): Promise<void> {
    await this.takeReport.run(agent, id, body);
  }
}
