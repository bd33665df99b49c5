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
import { AddMailRecipient } from './add-mail-recipient.ts';
import {
  mailRecipientPageSchema,
  mailRecipientSchema,
  newMailRecipient,
  presentMailRecipient,
  type NewMailRecipient,
} from './mail-recipients.schema.ts';
import { MailRecipientsStore } from './mail-recipients.store.ts';
import { RemoveMailRecipient } from './remove-mail-recipient.ts';

@ApiTags('notifications')
@Controller('v1/mail-recipients')
@Requires('admin')
export class MailRecipientsController {
  constructor(
    private readonly database: Database,
    private readonly recipients: MailRecipientsStore,
    private readonly addRecipient: AddMailRecipient,
    private readonly removeRecipient: RemoveMailRecipient,
  ) {}

  @Post()
  @Answers(201, 'The recipient.', mailRecipientSchema)
  async add(
    @TheCaller() caller: Caller,
    @Body({ schema: newMailRecipient }) body: NewMailRecipient,
    @Res({ passthrough: true }) response: Response,
  ) {
    const recipient = await this.addRecipient.run(caller, body);
    response.setHeader('Location', `/v1/mail-recipients/${recipient.id}`);
    return withEtag(response, presentMailRecipient(recipient));
  }

  @Get()
  @Answers(200, 'The recipients, newest first.', mailRecipientPageSchema)
  async list(@TheCaller() { scope }: Caller, @Query({ schema: pageQuery }) query: z.output<typeof pageQuery>) {
    const page = await this.recipients.page(this.database.read, scope, pageRequest(query));
    return presentPage(mapPage(page, presentMailRecipient));
  }

  @Get(':id')
  @Answers(200, 'The recipient.', mailRecipientSchema)
  async one(
    @TheCaller() { scope }: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Res({ passthrough: true }) response: Response,
  ) {
    const recipient = await this.recipients.find(this.database.read, scope, id);
    if (!recipient) throw notFound('mail recipient');
    return withEtag(response, presentMailRecipient(recipient));
  }

  @Delete(':id')
  @Answers(204, 'It is forgotten, with its deliveries.')
  async remove(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.removeRecipient.run(caller, id, ifMatch);
  }
}
