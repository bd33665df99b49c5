import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { Database } from '../platform/database/database.ts';
import { Answers } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { withEtag } from '../platform/http/etag.ts';
import { pageQuery, pageRequest, presentPage } from '../platform/http/paging.ts';
import { notFound } from '../platform/http/problem.ts';
import { Requires } from '../platform/http/requires.ts';
import { idParam } from '../platform/http/schemas.ts';
import { arbiterPageSchema, arbiterSchema, newArbiter, presentArbiter, type NewArbiter } from './arbiters.schema.ts';
import { ArbitersStore } from './arbiters.store.ts';
import { RegisterArbiter } from './register-arbiter.ts';

@ApiTags('arbiters')
@Controller('v1/arbiters')
export class ArbitersController {
  constructor(
    private readonly database: Database,
    private readonly arbiters: ArbitersStore,
    private readonly registerArbiter: RegisterArbiter,
  ) {}

  @Post()
  @Requires('admin')
  @Answers(201, 'The arbiter; nothing was run on it yet.', arbiterSchema)
  async create(
    @TheCaller() caller: Caller,
    @Body({ schema: newArbiter }) body: NewArbiter,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { arbiter, instances } = await this.registerArbiter.run(caller, body);
    response.setHeader('Location', `/v1/arbiters/${arbiter.id}`);
    return withEtag(response, presentArbiter(arbiter, instances));
  }

  @Get()
  @Requires('read')
  @Answers(200, 'The arbiters, newest first.', arbiterPageSchema)
  async list(@TheCaller() { scope }: Caller, @Query({ schema: pageQuery }) query: z.output<typeof pageQuery>) {
    const page = await this.arbiters.page(this.database.read, scope, pageRequest(query));
    const items = await Promise.all(
      page.items.map(async (arbiter) =>
        presentArbiter(arbiter, await this.arbiters.instancesOf(this.database.read, scope, arbiter.id)),
      ),
    );
    return presentPage({ items, next: page.next });
  }

  @Get(':id')
  @Requires('read')
  @Answers(200, 'The arbiter.', arbiterSchema)
  async one(
    @TheCaller() { scope }: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Res({ passthrough: true }) response: Response,
  ) {
    const arbiter = await this.arbiters.find(this.database.read, scope, id);
    if (!arbiter) throw notFound('arbiter');
    return withEtag(response, presentArbiter(arbiter, await this.arbiters.instancesOf(this.database.read, scope, id)));
  }
}
