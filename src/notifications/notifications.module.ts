import { Module } from '@nestjs/common';
import { CustomersModule } from '../customers/customers.module.ts';
import { AddMailRecipient } from './add-mail-recipient.ts';
import { AttemptDelivery } from './attempt-delivery.ts';
import { ChangeWebhook } from './change-webhook.ts';
import { CheckWebhookUrl } from './check-webhook-url.ts';
import { CreateWebhook } from './create-webhook.ts';
import { DeleteWebhook } from './delete-webhook.ts';
import { DeliverAgain } from './deliver-again.ts';
import { DeliverNotices } from './deliver-notices.ts';
import { DeliveriesStore } from './deliveries.store.ts';
import { DeliveryMetrics } from './delivery-metrics.ts';
import { EnqueueNotice } from './enqueue-notice.ts';
import { MailDeliveriesController, WebhookDeliveriesController } from './deliveries.controller.ts';
import { MailRecipientsController } from './mail-recipients.controller.ts';
import { MailRecipientsStore } from './mail-recipients.store.ts';
import { OutboxBell } from './outbox-bell.ts';
import { PruneNotices } from './prune-notices.ts';
import { ReadDeliveries } from './read-deliveries.ts';
import { RemoveMailRecipient } from './remove-mail-recipient.ts';
import { RequestTest } from './request-test.ts';
import { RotateWebhookSecret } from './rotate-webhook-secret.ts';
import { SendToMailbox } from './send-to-mailbox.ts';
import { SendToWebhook } from './send-to-webhook.ts';
import { SettleDelivery } from './settle-delivery.ts';
import { WebhookSecrets } from './webhook-secrets.ts';
import { WebhooksController } from './webhooks.controller.ts';
import { WebhooksStore } from './webhooks.store.ts';

@Module({
  imports: [CustomersModule],
  controllers: [WebhooksController, WebhookDeliveriesController, MailRecipientsController, MailDeliveriesController],
  providers: [
    ...[
      WebhooksStore,
      WebhookSecrets,
      CheckWebhookUrl,
      CreateWebhook,
      ChangeWebhook,
      DeleteWebhook,
      RotateWebhookSecret,
    ],
    ...[MailRecipientsStore, AddMailRecipient, RemoveMailRecipient],
    ...[DeliveriesStore, OutboxBell, EnqueueNotice, RequestTest, DeliverAgain, ReadDeliveries],
    ...[DeliverNotices, AttemptDelivery, SendToWebhook, SendToMailbox, SettleDelivery, DeliveryMetrics, PruneNotices],
  ],
  exports: [EnqueueNotice],
})
export class NotificationsModule {}
