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
import type { Delivery } from './delivery.entity.ts';
import { MailRecipientsStore } from './mail-recipients.store.ts';
import { ReadDeliveries } from './read-deliveries.ts';
import { RequestTest } from './request-test.ts';
import { WebhooksStore } from './webhooks.store.ts';

/** What was sent to one target, and how that went: the same routes below each kind of target. */
abstract class DeliveriesOfTarget {
  constructor(
    protected readonly database: Database,
    protected readonly requestTest: RequestTest,
    private readonly deliveries: ReadDeliveries,
    private readonly deliverAgain: DeliverAgain,
  ) {}

  /** Below which the targets are. */
  protected abstract readonly path: string;
  /** @throws a problem: 404 where the caller has no such target */
  protected abstract target(caller: Caller, id: string): Promise<FoundTarget>;
  protected abstract sendTest(caller: Caller, id: string): Promise<Delivery>;

  @Post(':id/test')
  @Answers(202, 'The delivery of a test: its log says what came of it.', deliverySchema)
  async test(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Res({ passthrough: true }) response: Response,
  ) {
    const delivery = await this.sendTest(caller, id);
    response.setHeader('Location', `/${this.path}/${id}/deliveries/${delivery.id}`);
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
}

@ApiTags('notifications')
@Controller('v1/webhooks')
@Requires('admin')
export class WebhookDeliveriesController extends DeliveriesOfTarget {
  protected readonly path = 'v1/webhooks';

  constructor(
    database: Database,
    requestTest: RequestTest,
    deliveries: ReadDeliveries,
    deliverAgain: DeliverAgain,
    private readonly webhooks: WebhooksStore,
  ) {
    super(database, requestTest, deliveries, deliverAgain);
  }

  protected async target({ scope }: Caller, id: string): Promise<FoundTarget> {
    const found = await this.webhooks.find(this.database.read, scope, id);
    if (!found) throw notFound('webhook');
    return found;
  }

  protected sendTest(caller: Caller, id: string): Promise<Delivery> {
    return this.requestTest.ofWebhook(caller, id);
  }
}

@ApiTags('notifications')
@Controller('v1/mail-recipients')
@Requires('admin')
export class MailDeliveriesController extends DeliveriesOfTarget {
  protected readonly path = 'v1/mail-recipients';

  constructor(
    database: Database,
    requestTest: RequestTest,
    deliveries: ReadDeliveries,
    deliverAgain: DeliverAgain,
    private readonly recipients: MailRecipientsStore,
  ) {
    super(database, requestTest, deliveries, deliverAgain);
  }

  protected async target({ scope }: Caller, id: string): Promise<FoundTarget> {
    const found = await this.recipients.find(this.database.read, scope, id);
    if (!found) throw notFound('mail recipient');
    return found;
  }

  protected sendTest(caller: Caller, id: string): Promise<Delivery> {
    return this.requestTest.ofRecipient(caller, id);
  }
}
