import { Body, Controller, Delete, Get, Headers, Param, Post, Query, Res } from '@nestjs/common';
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
import { IssueToken } from './issue-token.ts';
import { RevokeToken } from './revoke-token.ts';
import { issuedTokenSchema, newToken, presentToken, tokenPageSchema, tokenSchema } from './tokens.schema.ts';
import type { NewToken } from './tokens.schema.ts';
import { TokensStore } from './tokens.store.ts';

@ApiTags('access')
@Controller('v1/tokens')
export class TokensController {
  constructor(
    private readonly database: Database,
    private readonly tokens: TokensStore,
    private readonly issueToken: IssueToken,
    private readonly revokeToken: RevokeToken,
  ) {}

  @Post()
  @Requires('admin')
  @Answers(201, 'The token. Its text is shown this once.', issuedTokenSchema)
  async issue(
    @TheCaller() caller: Caller,
    @Body({ schema: newToken }) body: NewToken,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { token, text } = await this.issueToken.run(caller, body);
    response.setHeader('Location', `/v1/tokens/${token.id}`);
    return withEtag(response, { ...presentToken(token), token: text.reveal() });
  }

  @Get()
  @Requires('admin')
  @Answers(200, 'The tokens, newest first.', tokenPageSchema)
  async list(@TheCaller() caller: Caller, @Query({ schema: pageQuery }) query: z.output<typeof pageQuery>) {
    return presentPage(
      mapPage(await this.tokens.page(this.database.read, caller.scope, pageRequest(query)), presentToken),
    );
  }

  @Get(':id')
  @Requires('admin')
  @Answers(200, 'The token, without its text.', tokenSchema)
  async one(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Res({ passthrough: true }) response: Response,
  ) {
    const token = await this.tokens.find(this.database.read, caller.scope, id);
    if (!token) throw notFound('token');
    return withEtag(response, presentToken(token));
  }

  @Delete(':id')
  @Requires('admin')
  @Answers(204, 'It is refused from now on.')
  async revoke(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.revokeToken.run(caller, id, ifMatch);
  }
}
