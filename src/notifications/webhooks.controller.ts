import { Body, Controller, Delete, Get, Headers, Param, Patch, Post, Query, Res } from '@nestjs/common';
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
import { ChangeWebhook } from './change-webhook.ts';
import { CreateWebhook } from './create-webhook.ts';
import { DeleteWebhook } from './delete-webhook.ts';
import { RotateWebhookSecret } from './rotate-webhook-secret.ts';
import {
  newWebhook,
  presentWebhook,
  secretRotation,
  webhookChange,
  webhookPageSchema,
  webhookSchema,
  webhookWithSecretSchema,
  type NewWebhook,
  type SecretRotation,
  type WebhookChange,
} from './webhooks.schema.ts';
import { WebhooksStore } from './webhooks.store.ts';

/** All of it needs admin, reading too: a webhook's URL is often a secret by itself. */
@ApiTags('notifications')
@Controller('v1/webhooks')
@Requires('admin')
export class WebhooksController {
  constructor(
    private readonly database: Database,
    private readonly webhooks: WebhooksStore,
    private readonly createWebhook: CreateWebhook,
    private readonly changeWebhook: ChangeWebhook,
    private readonly deleteWebhook: DeleteWebhook,
    private readonly rotateSecret: RotateWebhookSecret,
  ) {}

  @Post()
  @Answers(201, 'The webhook, with the secret that signs. It is shown this once.', webhookWithSecretSchema)
  async create(
    @TheCaller() caller: Caller,
    @Body({ schema: newWebhook }) body: NewWebhook,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { webhook, secret } = await this.createWebhook.run(caller, body);
    response.setHeader('Location', `/v1/webhooks/${webhook.id}`);
    return withEtag(response, { ...presentWebhook(webhook), secret: secret.reveal() });
  }

  @Get()
  @Answers(200, 'The webhooks, newest first.', webhookPageSchema)
  async list(@TheCaller() { scope }: Caller, @Query({ schema: pageQuery }) query: z.output<typeof pageQuery>) {
    return presentPage(
      mapPage(await this.webhooks.page(this.database.read, scope, pageRequest(query)), presentWebhook),
    );
  }

  @Get(':id')
  @Answers(200, 'The webhook, without its secret.', webhookSchema)
  async one(
    @TheCaller() { scope }: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Res({ passthrough: true }) response: Response,
  ) {
    const webhook = await this.webhooks.find(this.database.read, scope, id);
    if (!webhook) throw notFound('webhook');
    return withEtag(response, presentWebhook(webhook));
  }

  @Patch(':id')
  @Answers(200, 'The webhook as it is now.', webhookSchema)
  async change(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: webhookChange }) change: WebhookChange,
    @Res({ passthrough: true }) response: Response,
  ) {
    return withEtag(response, presentWebhook(await this.changeWebhook.run(caller, id, ifMatch, change)));
  }

  @Delete(':id')
  @Answers(204, 'It is forgotten, with its deliveries.')
  async remove(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.deleteWebhook.run(caller, id, ifMatch);
  }

  @Post(':id/rotate-secret')
  @Answers(200, 'The webhook, with its new secret. It is shown this once.', webhookWithSecretSchema)
  async rotate(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Body({ schema: secretRotation }) { overlapHours }: SecretRotation,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { webhook, secret } = await this.rotateSecret.run(caller, id, overlapHours);
    return withEtag(response, { ...presentWebhook(webhook), secret: secret.reveal() });
  }
}
