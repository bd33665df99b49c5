import { Webhook } from 'standardwebhooks';
import { startWebServer, type SeenRequest, type WebServer } from '../platform/webhook/web-server.ts';
import type { Client, Finding } from './client.ts';

/** An open alert, as `GET /v1/alerts` shows it. */
export interface AlertView {
  readonly id: string;
  readonly rule: string;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly findings: readonly Finding[];
}

/** Somebody who keeps a list of what an alert's webhook brought, as a ticket system does, and believes only what is signed. */
export class Tickets {
  readonly #web: WebServer;
  readonly #arrived = new Map<string, number>();
  #secret = '';

  private constructor(web: WebServer) {
    this.#web = web;
    web.answer = (response, request) => {
      this.#take(request);
      response.writeHead(204).end();
    };
  }

  /** Registers itself. */
  static async open(client: Client): Promise<Tickets> {
    const web = await startWebServer();
    const tickets = new Tickets(web);
    const body = { name: 'tickets', url: `http://127.0.0.1:${web.port}/hook`, events: ['alert.opened'] };
    tickets.#secret = (await client.post<{ secret: string }>('/v1/webhooks', body)).secret;
    return tickets;
  }

  /** When the notice that this alert is open came, by `performance.now()`; null while it has not. */
  arrivedAt(alertId: string): number | null {
    return this.#arrived.get(alertId) ?? null;
  }

  close(): Promise<void> {
    return this.#web.close();
  }

  #take({ body, headers }: SeenRequest): void {
    const notice = new Webhook(this.#secret).verify(body, headers as Record<string, string>) as {
      data: { alertId: string };
    };
    if (!this.#arrived.has(notice.data.alertId)) this.#arrived.set(notice.data.alertId, performance.now());
  }
}

/** Those that wait before they open; how long is of no concern here, but what a cause leads to, and how fast that is weighed. */
const PATIENT = ['vote_at_risk', 'vote_unknown', 'arbiter_unreachable', 'arbiter_degraded', 'membership_differs'];
const OTHERS = ['vote_lost', 'vote_absent', 'imposter', 'next_failure_fatal'];

/** Has every alert on votes and arbiters open and resolve as soon as it is weighed. */
export const withoutDelays = async (client: Client): Promise<void> => {
  for (const rule of [...PATIENT, ...OTHERS]) {
    const { severity } = await client.get<{ severity: string }>(`/v1/alert-rules/${rule}`);
    const body = { enabled: true, severity, afterSeconds: 0, resolveAfterSeconds: 0 };
    await client.demand('PUT', `/v1/alert-rules/${rule}`, body);
  }
};

const MOST = 200;

/** All that is open of a cluster and of arbiters. */
export const openAlerts = async (client: Client): Promise<readonly AlertView[]> =>
  (await client.get<{ items: AlertView[] }>(`/v1/alerts?state=open&limit=${MOST}`)).items;
