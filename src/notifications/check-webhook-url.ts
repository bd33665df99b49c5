import { Injectable } from '@nestjs/common';
import type { Finding } from '../core/finding.ts';
import { webhookUrl } from '../core/notifications/webhook-url.ts';
import type { Caller } from '../platform/http/caller.ts';
import { badRequest, type Problem } from '../platform/http/problem.ts';
import { WebhookTargets } from '../platform/webhook/webhook-target.ts';

export interface CheckedUrl {
  readonly href: string;
  readonly host: string;
  readonly mayBeInside: boolean;
}

/** Says at once what would fail at the first delivery. Each delivery looks again, for names change. */
@Injectable()
export class CheckWebhookUrl {
  constructor(private readonly targets: WebhookTargets) {}

  /** @throws a problem: `invalid_webhook_url`, `webhook_host_unknown`, `webhook_target_refused`, `webhook_needs_tls` */
  async run({ scope }: Caller, text: string): Promise<CheckedUrl> {
    const read = webhookUrl(text);
    if (!read.ok) throw problemOf(read.findings);
    // The ranges that are allowed are the MSP's: a customer's own token does not get there by them.
    const mayBeInside = scope.kind === 'all';
    const found = await this.targets.find(read.value, mayBeInside);
    if (!found.ok) throw problemOf(found.findings);
    const { href, host } = read.value;
    return { href, host, mayBeInside };
  }
}

const problemOf = (findings: readonly Finding[]): Problem => {
  const [first] = findings;
  return badRequest(first?.code ?? 'invalid_webhook_url', first?.message ?? 'This URL cannot be used.', findings);
};
