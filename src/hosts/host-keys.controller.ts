import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
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
import { ConfirmHostKey } from './confirm-host-key.ts';
import { confirmation, hostKeyPageSchema, hostKeyQuery, hostKeySchema, presentHostKey } from './hosts.schema.ts';
import { HostsStore } from './hosts.store.ts';

@ApiTags('hosts')
@Controller('v1/host-keys')
export class HostKeysController {
  constructor(
    private readonly database: Database,
    private readonly hosts: HostsStore,
    private readonly confirmHostKey: ConfirmHostKey,
  ) {}

  @Get()
  @Requires('read')
  @Answers(200, 'The SSH host keys, newest first.', hostKeyPageSchema)
  async list(@TheCaller() caller: Caller, @Query({ schema: hostKeyQuery }) query: z.output<typeof hostKeyQuery>) {
    const page = await this.hosts.pageOfHostKeys(this.database.read, caller.scope, query.status, pageRequest(query));
    return presentPage(mapPage(page, presentHostKey));
  }

  @Get(':id')
  @Requires('read')
  @Answers(200, 'The SSH host key.', hostKeySchema)
  async one(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Res({ passthrough: true }) response: Response,
  ) {
    const hostKey = await this.hosts.findHostKey(this.database.read, caller.scope, id);
    if (!hostKey) throw notFound('host key');
    return withEtag(response, presentHostKey(hostKey));
  }

  @Post(':id/confirm')
  @Requires('operate')
  @Answers(200, 'The host key, now confirmed: commands may run on its host.', hostKeySchema)
  async confirm(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Body({ schema: confirmation }) body: z.output<typeof confirmation>,
    @Res({ passthrough: true }) response: Response,
  ) {
    return withEtag(response, presentHostKey(await this.confirmHostKey.run(caller, id, body?.fingerprint)));
  }
}
