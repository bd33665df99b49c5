import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { parseInstant } from '../core/time.ts';
import { Database } from '../platform/database/database.ts';
import { mapPage } from '../platform/database/page.ts';
import { Answers } from '../platform/http/answers.ts';
import { pageRequest, presentPage } from '../platform/http/paging.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { Requires } from '../platform/http/requires.ts';
import { auditPageSchema, auditQuery, presentAuditEvent } from './audit.schema.ts';
import { AuditStore } from './audit.store.ts';
import type { z } from 'zod';

@ApiTags('audit')
@Controller('v1/audit/events')
export class AuditController {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditStore,
  ) {}

  @Get()
  @Requires('read')
  @Answers(200, 'What was done, newest first.', auditPageSchema)
  async list(@TheCaller() caller: Caller, @Query({ schema: auditQuery }) query: z.output<typeof auditQuery>) {
    const filter = {
      kind: query.kind,
      customerId: query.customerId,
      from: query.from === undefined ? undefined : (parseInstant(query.from) ?? undefined),
      to: query.to === undefined ? undefined : (parseInstant(query.to) ?? undefined),
    };
    const page = await this.audit.page(this.database.read, caller.scope, filter, pageRequest(query));
    return presentPage(mapPage(page, presentAuditEvent));
  }
}
