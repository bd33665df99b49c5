import { Body, Controller, Delete, Get, Headers, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Database } from '../platform/database/database.ts';
import { Answers } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { withEtag } from '../platform/http/etag.ts';
import { Requires } from '../platform/http/requires.ts';
import { freezeSchema, newFreeze, presentFreeze, type NewFreeze } from './freeze.schema.ts';
import { FreezeStore } from './freeze.store.ts';
import { ReleaseFreeze } from './release-freeze.ts';
import { SetFreeze } from './set-freeze.ts';

@ApiTags('freeze')
@Controller('v1/freeze')
export class FreezeController {
  constructor(
    private readonly database: Database,
    private readonly freezes: FreezeStore,
    private readonly setFreeze: SetFreeze,
    private readonly releaseFreeze: ReleaseFreeze,
  ) {}

  @Post()
  @Requires('admin')
  @Answers(
    200,
    'Frozen: no work on any host goes on, on any instance, within a second. Frozen already: as it was.',
    freezeSchema,
  )
  async freeze(
    @TheCaller() caller: Caller,
    @Body({ schema: newFreeze }) { reason }: NewFreeze,
    @Res({ passthrough: true }) response: Response,
  ) {
    return withEtag(response, presentFreeze(await this.setFreeze.run(caller, reason), caller.scope));
  }

  @Get()
  @Requires('read')
  @Answers(200, 'Whether all work on hosts is frozen, and why.', freezeSchema)
  async one(@TheCaller() { scope }: Caller, @Res({ passthrough: true }) response: Response) {
    return withEtag(response, presentFreeze(await this.freezes.find(this.database.read), scope));
  }

  @Delete()
  @Requires('admin')
  @Answers(204, 'Released: queued jobs go on by themselves, frozen ones when they are retried or undone.')
  async release(@TheCaller() caller: Caller, @Headers('if-match') ifMatch: string | undefined): Promise<void> {
    await this.releaseFreeze.run(caller, ifMatch);
  }
}
