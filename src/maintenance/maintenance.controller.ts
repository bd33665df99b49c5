import { Body, Controller, Delete, Get, Headers, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { Database } from '../platform/database/database.ts';
import { mapPage } from '../platform/database/page.ts';
import { Answers } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { withEtag } from '../platform/http/etag.ts';
import { pageRequest, presentPage } from '../platform/http/paging.ts';
import { notFound } from '../platform/http/problem.ts';
import { Requires } from '../platform/http/requires.ts';
import { idParam } from '../platform/http/schemas.ts';
import { EndWindow } from './end-window.ts';
import {
  newWindow,
  presentWindow,
  windowPageSchema,
  windowQuery,
  windowSchema,
  type NewWindow,
} from './maintenance.schema.ts';
import { MaintenanceStore } from './maintenance.store.ts';
import { PlanWindow } from './plan-window.ts';

@ApiTags('maintenance')
@Controller('v1/maintenance-windows')
export class MaintenanceController {
  constructor(
    private readonly database: Database,
    private readonly windows: MaintenanceStore,
    private readonly planWindow: PlanWindow,
    private readonly endWindow: EndWindow,
  ) {}

  @Post()
  @Requires('operate')
  @Answers(201, 'The window; it counts for outages that begin from now on.', windowSchema)
  async create(
    @TheCaller() caller: Caller,
    @Body({ schema: newWindow }) body: NewWindow,
    @Res({ passthrough: true }) response: Response,
  ) {
    const window = await this.planWindow.run(caller, body);
    response.setHeader('Location', `/v1/maintenance-windows/${window.id}`);
    return withEtag(response, presentWindow(window));
  }

  @Get()
  @Requires('read')
  @Answers(200, 'The windows, the last one made first.', windowPageSchema)
  async list(@TheCaller() { scope }: Caller, @Query({ schema: windowQuery }) query: z.output<typeof windowQuery>) {
    const { customerId, clusterId, arbiterId } = query;
    const filter = { customerId, clusterId, arbiterId };
    return presentPage(
      mapPage(await this.windows.page(this.database.read, scope, filter, pageRequest(query)), presentWindow),
    );
  }

  @Get(':id')
  @Requires('read')
  @Answers(200, 'The window.', windowSchema)
  async one(
    @TheCaller() { scope }: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Res({ passthrough: true }) response: Response,
  ) {
    const window = await this.windows.find(this.database.read, scope, id);
    if (!window) throw notFound('maintenance window');
    return withEtag(response, presentWindow(window));
  }

  @Delete(':id')
  @Requires('operate')
  @Answers(204, 'It has ended now, or is gone where it had not begun.')
  async end(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.endWindow.run(caller, id, ifMatch);
  }
}
