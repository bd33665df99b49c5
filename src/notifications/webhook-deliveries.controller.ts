import { Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { Database } from '../platform/database/database.ts';
import { mapPage } from '../platform/database/page.ts';
import { Answers } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { pageRequest, presentPage } from '../platform/http/paging.ts';
import { notFound } from '../platform/http/problem.ts';
import { Requires } from '../platform/http/requires.ts';
import { idParam } from '../platform/http/schemas.ts';
import { DeliverAgain, type FoundTarget } from './deliver-again.ts';
import {
  deliveryPageSchema,
  deliveryParams,
  deliveryQuery,
  deliverySchema,
  presentDelivery,
} from './deliveries.schema.ts';
import { WebhooksStore } from './webhooks.store.ts';
import { ReadDeliveries } from './read-deliveries.ts';
import { RequestTest } from './request-test.ts';

/** What was sent to a webhook, and how that went. */
@ApiTags('notifications')
@Controller('v1/webhooks')
@Requires('admin')
export class WebhookDeliveriesController {
  constructor(
    private readonly database: Database,
    private readonly webhooks: WebhooksStore,
    private readonly deliveries: ReadDeliveries,
    private readonly requestTest: RequestTest,
    private readonly deliverAgain: DeliverAgain,
  ) {}

  @Post(':id/test')
  @Answers(202, 'The delivery of a test: its log says what came of it.', deliverySchema)
  async test(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Res({ passthrough: true }) response: Response,
  ) {
    const delivery = await this.requestTest.ofWebhook(caller, id);
    response.setHeader('Location', `/v1/webhooks/${id}/deliveries/${delivery.id}`);
    return presentDelivery({ ...delivery, log: [] });
  }

  @Get(':id/deliveries')
  @Answers(200, 'The deliveries, newest first; kept for 30 days.', deliveryPageSchema)
  async list(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Query({ schema: deliveryQuery }) query: z.output<typeof deliveryQuery>,
  ) {
    const page = await this.deliveries.page(await this.target(caller, id), query.state, pageRequest(query));
    return presentPage(mapPage(page, presentDelivery));
  }

  @Get(':id/deliveries/:deliveryId')
  @Answers(200, 'The delivery.', deliverySchema)
  async one(
    @TheCaller() caller: Caller,
    @Param({ schema: deliveryParams }) { id, deliveryId }: z.output<typeof deliveryParams>,
  ) {
    return presentDelivery(await this.deliveries.one(await this.target(caller, id), deliveryId));
  }

  @Post(':id/deliveries/:deliveryId/redeliver')
  @Answers(202, 'The delivery, which is on its way again.', deliverySchema)
  async again(
    @TheCaller() caller: Caller,
    @Param({ schema: deliveryParams }) { id, deliveryId }: z.output<typeof deliveryParams>,
  ) {
    const target = await this.target(caller, id);
    await this.deliverAgain.run(caller, target, deliveryId);
    return presentDelivery(await this.deliveries.one(target, deliveryId));
  }

  private async target({ scope }: Caller, id: string): Promise<FoundTarget> {
    const found = await this.webhooks.find(this.database.read, scope, id);
    if (!found) throw notFound('webhook');
    return found;
  }
}
