import type { Notice } from '../../../src/core/notifications/notice.ts';
import { EnqueueNotice } from '../../../src/notifications/enqueue-notice.ts';
import type { TestApp } from '../app.ts';
import type { WebServer } from '../../platform/webhook/web-server.ts';

/** Where a test's own servers listen: allowed, as an MSP would allow its ticket system. */
export const ALLOWED = { webhookAllow: ['127.0.0.0/8'] };

/** Puts a notice down as a room of the house does. */
export const enqueue = (app: TestApp, notice: Partial<Notice> = {}): Promise<void> =>
  app.database.write((tx) =>
    app.umpire.app.get(EnqueueNotice, { strict: false }).run(tx, {
      ...{ event: 'alert.opened', customerId: null, occurredAt: app.clock.now(), data: { what: 'lost' } },
      ...{ subject: 'The vote is lost', text: 'The vote of alpha is lost.' },
      ...notice,
    }),
  );

export interface MadeWebhook {
  readonly id: string;
  readonly secret: string;
  readonly etag: string;
}

/** Registers a webhook at a server of the test. */
export const registerAt = async (app: TestApp, web: WebServer, asked: object = {}): Promise<MadeWebhook> => {
  const url = `http://127.0.0.1:${web.port}/hook`;
  const answer = await app.admin
    .post('/v1/webhooks')
    .send({ name: 'tickets', url, ...asked })
    .expect(201);
  const { id, secret } = answer.body as { id: string; secret: string };
  return { id, secret, etag: answer.headers['etag'] ?? '' };
};

export interface SeenDelivery {
  readonly id: string;
  readonly noticeId: string;
  readonly event: string;
  readonly sequence: number;
  readonly state: string;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly endedAt: string | null;
  readonly log: readonly {
    readonly at: string;
    readonly status: number | null;
    readonly answer: string;
    readonly finding: { readonly code: string } | null;
  }[];
}

/** A target's deliveries, the newest first. */
export const deliveriesOf = async (app: TestApp, path: string): Promise<readonly SeenDelivery[]> =>
  ((await app.admin.get(`${path}/deliveries?limit=500`).expect(200)).body as { items: SeenDelivery[] }).items;
