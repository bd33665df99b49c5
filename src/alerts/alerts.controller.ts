import { Body, Controller, Get, Headers, Param, Patch, Query, Res } from '@nestjs/common';
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
import {
  alertPageSchema,
  alertQuery,
  alertSchema,
  presentAlert,
  ticketChange,
  type TicketChange,
} from './alerts.schema.ts';
import { AlertsStore } from './alerts.store.ts';
import { ChangeTicket } from './change-ticket.ts';

@ApiTags('alerts')
@Controller('v1/alerts')
export class AlertsController {
  constructor(
    private readonly database: Database,
    private readonly alerts: AlertsStore,
    private readonly changeTicket: ChangeTicket,
  ) {}

  @Get()
  @Requires('read')
  @Answers(200, 'The alerts, open and resolved, newest first.', alertPageSchema)
  async list(@TheCaller() { scope }: Caller, @Query({ schema: alertQuery }) query: z.output<typeof alertQuery>) {
    const { limit, cursor, ...filter } = query;
    const page = await this.alerts.page(this.database.read, scope, filter, pageRequest({ limit, cursor }));
    return presentPage(mapPage(page, presentAlert));
  }

  @Get(':id')
  @Requires('read')
  @Answers(200, 'The alert.', alertSchema)
  async one(
    @TheCaller() { scope }: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Res({ passthrough: true }) response: Response,
  ) {
    const alert = await this.alerts.find(this.database.read, scope, id);
    if (!alert) throw notFound('alert');
    return withEtag(response, presentAlert(alert));
  }

  @Patch(':id')
  @Requires('operate')
  @Answers(200, 'The alert as it is now.', alertSchema)
  async change(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: ticketChange }) change: TicketChange,
    @Res({ passthrough: true }) response: Response,
  ) {
    return withEtag(response, presentAlert(await this.changeTicket.run(caller, id, ifMatch, change)));
  }
}
