import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { Answers } from '../platform/http/answers.ts';
import { Problem } from '../platform/http/problem.ts';
import { OpenToAll, problemAnswer } from '../platform/http/requires.ts';
import { Metrics } from '../platform/metrics/metrics.ts';
import { Readiness } from './readiness.ts';

const alive = z.object({ status: z.literal('alive') });
const ready = z.object({ status: z.literal('ready'), checked: z.array(z.string()) });

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    private readonly metrics: Metrics,
  ) {}

  @Get('healthz')
  @OpenToAll()
  @Answers(200, 'The process is alive.', alive)
  healthz() {
    return { status: 'alive' };
  }

  @Get('readyz')
  @OpenToAll()
  @Header('Cache-Control', 'no-store')
  @Answers(200, 'Everything that the service stands on can be used.', ready)
  @problemAnswer(503, 'Something cannot be used now; the findings say what.')
  async readyz() {
    const failures = await this.readiness.failures();
    if (failures.length > 0) throw new Problem(503, 'not_ready', 'The service cannot do its work now.', failures);
    return { status: 'ready', checked: this.readiness.names };
  }

  @Get('metrics')
  @OpenToAll()
  @ApiProduces('text/plain')
  @Answers(200, 'The figures of this process in Prometheus’ text format.')
  async prometheus(@Res({ passthrough: true }) response: Response): Promise<string> {
    response.setHeader('Content-Type', this.metrics.contentType);
    return this.metrics.text();
  }
}
