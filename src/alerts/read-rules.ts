import { Injectable } from '@nestjs/common';
import { alertRule, type AlertRuleName } from '../core/alerts/rule.ts';
import { rulesInForce } from '../core/alerts/settings.ts';
import { CustomersStore } from '../customers/customers.store.ts';
import { Database } from '../platform/database/database.ts';
import type { Page, PageRequest } from '../platform/database/page.ts';
import { ownerFor, type Caller } from '../platform/http/caller.ts';
import { notFound } from '../platform/http/problem.ts';
import { AlertRulesStore } from './alert-rules.store.ts';
import type { ShownRule } from './alert-rules.schema.ts';

@Injectable()
export class ReadRules {
  constructor(
    private readonly database: Database,
    private readonly settings: AlertRulesStore,
    private readonly customers: CustomersStore,
  ) {}

  /**
   * Whose rules a request is about.
   * @returns the customer's id, or null for everybody's
   * @throws a problem: 404 when there is no such customer for the caller
   */
  async owner(caller: Caller, asked: string | undefined): Promise<string | null> {
    const owner = ownerFor(caller, asked);
    if (owner !== null && !(await this.customers.find(this.database.read, caller.scope, owner)))
      throw notFound('customer');
    return owner;
  }

  /** Every rule as it is in force there, the worst first. */
  async all(customerId: string | null): Promise<readonly ShownRule[]> {
    const set = await this.settings.setFor(this.database.read, customerId);
    return rulesInForce(set, customerId).map((inForce) => ({
      inForce,
      byDefault: alertRule(inForce.name),
      set: set.find((one) => one.rule === inForce.name && one.customerId === customerId) ?? null,
    }));
  }

  /** Rules have no ids to go on after, so their place in the list stands for one. */
  async page(customerId: string | null, { limit, after }: PageRequest): Promise<Page<ShownRule>> {
    const rules = await this.all(customerId);
    const from = Number(after ?? 0);
    const to = from + limit;
    return { items: rules.slice(from, to), next: to < rules.length ? String(to).padStart(36, '0') : null };
  }

  async one(rule: AlertRuleName, customerId: string | null): Promise<ShownRule> {
    const found = (await this.all(customerId)).find(({ inForce }) => inForce.name === rule);
    if (!found) throw notFound('alert rule');
    return found;
  }
}
