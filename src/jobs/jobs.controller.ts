import { Body, Controller, Get, Headers, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { Database } from '../platform/database/database.ts';
import { mapPage } from '../platform/database/page.ts';
import { Answers, MayAlsoAnswer } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { pageRequest, presentPage } from '../platform/http/paging.ts';
import { notFound } from '../platform/http/problem.ts';
import { Requires } from '../platform/http/requires.ts';
import { idParam } from '../platform/http/schemas.ts';
import { ChangeJob } from './change-job.ts';
import { JobStream } from './job-stream.ts';
import type { Job } from './job.entity.ts';
import {
  jobPageSchema,
  jobQuery,
  jobSchema,
  newJob,
  planSchema,
  presentJob,
  presentJobHead,
  presentPlan,
  presentTranscriptEntry,
  transcriptQuery,
  transcriptSchema,
  type NewJob,
} from './jobs.schema.ts';
import { JobsStore } from './jobs.store.ts';
import { RequestJob } from './request-job.ts';
import { ThawJob } from './thaw-job.ts';

@ApiTags('jobs')
@Controller('v1/jobs')
export class JobsController {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsStore,
    private readonly requestJob: RequestJob,
    private readonly changeJob: ChangeJob,
    private readonly thawJob: ThawJob,
    private readonly stream: JobStream,
  ) {}

  @Post()
  @Requires('operate')
  @Answers(
    202,
    'The job, on its way. When the plan refuses, or all is frozen: 409 with findings, and nothing was changed.',
    jobSchema,
  )
  @MayAlsoAnswer(200, 'With dryRun: the plan; nothing was changed.', planSchema)
  async create(
    @TheCaller() caller: Caller,
    @Body({ schema: newJob }) body: NewJob,
    @Res({ passthrough: true }) response: Response,
  ) {
    const requested = await this.requestJob.run(caller, body);
    if (requested.kind === 'plan') {
      response.status(200);
      return presentPlan(requested.plan);
    }
    response.setHeader('Location', `/v1/jobs/${requested.job.id}`);
    return presentJob(requested.job, requested.steps);
  }

  @Get()
  @Requires('read')
  @Answers(200, 'The jobs without their steps, newest first.', jobPageSchema)
  async list(
    @TheCaller() { scope }: Caller,
    @Query({ schema: jobQuery }) { limit, cursor, ...filter }: z.output<typeof jobQuery>,
  ) {
    const page = await this.jobs.page(this.database.read, scope, filter, pageRequest({ limit, cursor }));
    return presentPage(mapPage(page, presentJobHead));
  }

  @Get(':id')
  @Requires('read')
  @Answers(200, 'The job with its steps.', jobSchema)
  async one(@TheCaller() caller: Caller, @Param({ schema: idParam }) { id }: { id: string }) {
    const job = await this.demand(caller, id);
    return presentJob(job, await this.jobs.stepsOf(this.database.read, id));
  }

  @Get(':id/events')
  @Requires('read')
  @ApiProduces('text/event-stream')
  @Answers(
    200,
    'Server-sent events: `job` and `step`, each with the thing as it is now, until the job has ended. Resumes after Last-Event-ID.',
  )
  async events(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ) {
    await this.demand(caller, id);
    const gone = new AbortController();
    request.on('close', () => gone.abort());
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    for await (const text of this.stream.of(id, sequenceOf(lastEventId), gone.signal)) response.write(text);
    response.end();
  }

  @Get(':id/transcript')
  @Requires('read')
  @Answers(200, 'Every remote command with its exit code and output, oldest first.', transcriptSchema)
  async transcript(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Query({ schema: transcriptQuery }) query: z.output<typeof transcriptQuery>,
  ) {
    await this.demand(caller, id);
    const { after, limit } = pageRequest(query);
    const entries = await this.jobs.transcriptOf(this.database.read, id, after, limit + 1);
    const items = entries.slice(0, limit);
    return presentPage({
      items: items.map(presentTranscriptEntry),
      next: entries.length > limit ? (items.at(-1)?.id ?? null) : null,
    });
  }

  @Post(':id/cancel')
  @Requires('operate')
  @Answers(202, 'A queued job is cancelled; a running one turns back at the next border of a step.', jobSchema)
  async cancel(@TheCaller() caller: Caller, @Param({ schema: idParam }) { id }: { id: string }) {
    const { job, steps } = await this.changeJob.cancel(caller, id);
    return presentJob(job, steps);
  }

  @Post(':id/retry')
  @Requires('operate')
  @Answers(202, 'The frozen job goes on where it stopped: doing, or undoing once it had turned back.', jobSchema)
  async retry(@TheCaller() caller: Caller, @Param({ schema: idParam }) { id }: { id: string }) {
    const { job, steps } = await this.thawJob.retry(caller, id);
    return presentJob(job, steps);
  }

  @Post(':id/undo')
  @Requires('operate')
  @Answers(202, 'The frozen job puts back what it changed, and ends undone.', jobSchema)
  async undo(@TheCaller() caller: Caller, @Param({ schema: idParam }) { id }: { id: string }) {
    const { job, steps } = await this.thawJob.undo(caller, id);
    return presentJob(job, steps);
  }

  private async demand({ scope }: Caller, id: string): Promise<Job> {
    const job = await this.jobs.find(this.database.read, scope, id);
    if (!job) throw notFound('job');
    return job;
  }
}

const sequenceOf = (lastEventId: string | undefined): number =>
  /^\d{1,9}$/.test(lastEventId ?? '') ? Number(lastEventId) : 0;
