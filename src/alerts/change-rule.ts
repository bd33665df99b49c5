import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { alertRule, type AlertRuleName } from '../core/alerts/rule.ts';
import { canBeSetForCustomer } from '../core/alerts/settings.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database, type Transaction } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { demandMatch } from '../platform/http/etag.ts';
import { unprocessable } from '../platform/http/problem.ts';
import { AlertRulesStore, whoseIs } from './alert-rules.store.ts';
import type { NewRuleSettings } from './alert-rules.schema.ts';
import { WatchedStore } from './watched.store.ts';

/** Sets a rule, or lets it go back to what it was. What is open is weighed anew by it within seconds. */
@Injectable()
export class ChangeRule {
  constructor(
    private readonly database: Database,
    private readonly settings: AlertRulesStore,
    private readonly watched: WatchedStore,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param customerId whose things it is for; null for everybody's
   * @param ifMatch the version that it is to replace, where the caller minds
   * @throws a problem: 412, or 422 for a rule that is about no customer's things
   */
  async set(
    caller: Caller,
    rule: AlertRuleName,
    customerId: string | null,
    asked: NewRuleSettings,
    ifMatch: string | undefined,
  ): Promise<void> {
    demandSense(rule, customerId);
    await this.database.write(async (tx) => {
      const before = await this.settings.find(tx, rule, customerId);
      if (ifMatch !== undefined) demandMatch(ifMatch, before?.version ?? 0);
      const version = (before?.version ?? 0) + 1;
      const whose = whoseIs(customerId);
      await this.settings.put(tx, { rule, whose, customerId, ...asked, version, updatedAt: this.clock.now() });
      await this.audit.record(tx, caller.actor, customerId, { kind: 'alert-rule.set', data: { rule, ...asked } });
      await this.weighAnew(tx, customerId);
    });
  }

  /** @throws a problem: 412 and 428 as for every DELETE, 422 as for `set` */
  async reset(
    caller: Caller,
    rule: AlertRuleName,
    customerId: string | null,
    ifMatch: string | undefined,
  ): Promise<void> {
    demandSense(rule, customerId);
    await this.database.write(async (tx) => {
      const before = await this.settings.find(tx, rule, customerId);
      demandMatch(ifMatch, before?.version ?? 0);
      if (!before) return;
      await this.settings.delete(tx, before);
      await this.audit.record(tx, caller.actor, customerId, { kind: 'alert-rule.reset', data: { rule } });
      await this.weighAnew(tx, customerId);
    });
  }

  private weighAnew(tx: Transaction, customerId: string | null): Promise<void> {
    return this.watched.weighAnew(tx, customerId, this.clock.now());
  }
}

const demandSense = (rule: AlertRuleName, customerId: string | null): void => {
  if (customerId === null || canBeSetForCustomer(alertRule(rule))) return;
  throw unprocessable(
    'rule_of_arbiters',
    'This rule is about arbiters, which are no customer’s: set it for everybody.',
  );
};
