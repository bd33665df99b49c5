import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { Database } from '../platform/database/database.ts';
import { mapPage } from '../platform/database/page.ts';
import { Answers } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { withEtag } from '../platform/http/etag.ts';
import { pageQuery, pageRequest, presentPage } from '../platform/http/paging.ts';
import { notFound } from '../platform/http/problem.ts';
import { Requires } from '../platform/http/requires.ts';
import { idParam } from '../platform/http/schemas.ts';
import { CreateCredential } from './create-credential.ts';
import { credentialPageSchema, credentialSchema, newCredential, presentCredential } from './hosts.schema.ts';
import type { NewCredential } from './hosts.schema.ts';
import { HostsStore } from './hosts.store.ts';

@ApiTags('hosts')
@Controller('v1/ssh-credentials')
export class SshCredentialsController {
  constructor(
    private readonly database: Database,
    private readonly hosts: HostsStore,
    private readonly createCredential: CreateCredential,
  ) {}

  @Post()
  @Requires('admin')
  @Answers(201, 'The credential: its public key and fingerprint, never its private key.', credentialSchema)
  async create(
    @TheCaller() caller: Caller,
    @Body({ schema: newCredential }) body: NewCredential,
    @Res({ passthrough: true }) response: Response,
  ) {
    const credential = await this.createCredential.run(caller, body);
    response.setHeader('Location', `/v1/ssh-credentials/${credential.id}`);
    return withEtag(response, presentCredential(credential));
  }

  @Get()
  @Requires('read')
  @Answers(200, 'The SSH credentials, newest first.', credentialPageSchema)
  async list(@TheCaller() caller: Caller, @Query({ schema: pageQuery }) query: z.output<typeof pageQuery>) {
    const page = await this.hosts.pageOfCredentials(this.database.read, caller.scope, pageRequest(query));
    return presentPage(mapPage(page, presentCredential));
  }

  @Get(':id')
  @Requires('read')
  @Answers(200, 'The SSH credential.', credentialSchema)
  async one(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Res({ passthrough: true }) response: Response,
  ) {
    const credential = await this.hosts.findCredential(this.database.read, caller.scope, id);
    if (!credential) throw notFound('SSH credential');
    return withEtag(response, presentCredential(credential));
  }
}
