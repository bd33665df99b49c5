import { Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { demandMatch } from '../platform/http/etag.ts';
import { notFound } from '../platform/http/problem.ts';
import type { Alert } from './alert.entity.ts';
import type { TicketChange } from './alerts.schema.ts';
import { AlertsStore } from './alerts.store.ts';

@Injectable()
export class ChangeTicket {
  constructor(
    private readonly database: Database,
    private readonly alerts: AlertsStore,
    private readonly audit: AuditStore,
  ) {}

  /**
   * Notes where the ticket is, also of an alert that is resolved. Nobody is told: the ticket system knows.
   * @throws a problem: 404, or 412 and 428 as for every PATCH
   */
  async run(caller: Caller, id: string, ifMatch: string | undefined, { ticket }: TicketChange): Promise<Alert> {
    return this.database.write(async (tx) => {
      const before = await this.alerts.find(tx, caller.scope, id);
      if (!before) throw notFound('alert');
      demandMatch(ifMatch, before.version);
      const after = { ...before, ticket, version: before.version + 1 };
      // Between the look and the change a worker may have written, where writers do not queue (PostgreSQL).
      if (!(await this.alerts.changeTicket(tx, after, before.version))) demandMatch(ifMatch, before.version + 1);
      await this.audit.record(tx, caller.actor, before.customerId, {
        kind: 'alert.ticket-changed',
        data: { alertId: id, ticket: ticket && `${ticket.system} ${ticket.id}` },
      });
      return after;
    });
  }
}
