import { Inject, Injectable } from '@nestjs/common';
import { error, type Finding } from '../core/finding.ts';
import { payloadOf } from '../core/notifications/payload.ts';
import { readRetryAfter } from '../core/notifications/retry.ts';
import { webhookUrl } from '../core/notifications/webhook-url.ts';
import { SECOND_MS, type Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { WebhookSender, type WebhookAnswer } from '../platform/webhook/webhook-sender.ts';
import { WebhookTargets, type WebhookTarget } from '../platform/webhook/webhook-target.ts';
import { unanswered, type AttemptOutcome } from './attempt-outcome.ts';
import type { Delivery, NoticeRow } from './delivery.entity.ts';
import type { Webhook } from './webhook.entity.ts';
import { WebhookSecrets } from './webhook-secrets.ts';
import { WebhooksStore } from './webhooks.store.ts';

/** RFC 9110, section 15.5.11: it is not coming back. Standard Webhooks: stop sending there. */
const GONE = 410;

/** Sends a notice to a webhook, once. */
@Injectable()
export class SendToWebhook {
  constructor(
    private readonly database: Database,
    private readonly webhooks: WebhooksStore,
    private readonly secrets: WebhookSecrets,
    private readonly targets: WebhookTargets,
    private readonly sender: WebhookSender,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @returns null when the webhook is no longer there */
  async run({ targetId, sequence }: Delivery, notice: NoticeRow, signal: AbortSignal): Promise<AttemptOutcome | null> {
    const webhook = await this.webhooks.find(this.database.read, EVERYTHING, targetId);
    if (!webhook) return null;
    const secrets = this.secrets.signing(webhook);
    if (!secrets.ok) return unanswered(first(secrets.findings));
    const target = await this.targetOf(webhook);
    if ('code' in target) return unanswered(target);
    const timestamp = Math.floor(this.clock.now() / SECOND_MS);
    const message = { id: notice.id, body: payloadOf(notice, sequence), secrets: secrets.value, timestamp };
    return this.outcomeOf(webhook.name, await this.sender.send(target, message, signal));
  }

  private async targetOf({ url, mayBeInside }: Webhook): Promise<WebhookTarget | Finding> {
    const read = webhookUrl(url);
    const found = read.ok ? await this.targets.find(read.value, mayBeInside) : read;
    return found.ok ? found.value : first(found.findings);
  }

  private outcomeOf(name: string, answer: WebhookAnswer): AttemptOutcome {
    if (answer.kind === 'timeout') return unanswered(error('webhook_timeout', name, 'No answer came within 15 s.'));
    if (answer.kind === 'unreached') {
      const message = `The connection failed: ${answer.code}.`;
      return unanswered(error('webhook_unreached', name, message, { cause: answer.code }));
    }
    const { status, body, retryAfter } = answer;
    const retryAfterMs = readRetryAfter(retryAfter, this.clock.now());
    return {
      ...{ status, answer: body, finding: findingOf(name, status), retryAfterMs },
      again: status === GONE ? 'gone' : 'later',
    };
  }
}

const findingOf = (name: string, status: number): Finding | null => {
  if (status >= 200 && status <= 299) return null;
  if (status === GONE) {
    return error('webhook_gone', name, 'It answered 410, that it is gone: nothing more is sent there.', { status });
  }
  const message = `It answered ${status}, not 2xx.${status >= 300 && status <= 399 ? ' Redirects are not followed.' : ''}`;
  return error('webhook_answered', name, message, { status });
};

const first = ([finding]: readonly Finding[]): Finding =>
  finding ?? error('webhook_unreached', 'webhook', 'It failed without a reason.');
