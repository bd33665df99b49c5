import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { AlertRuleName } from '../core/alerts/rule.ts';
import type { Session, Transaction } from '../platform/database/database.ts';
import { AlertRuleRow } from './alert.entity.ts';

export const whoseIs = (customerId: string | null): string => customerId ?? 'everybody';

@Injectable()
export class AlertRulesStore {
  /** What was set for everybody, and for this customer. */
  setFor(session: Session, customerId: string | null): Promise<AlertRuleRow[]> {
    const own = customerId === null ? [] : [{ customerId }];
    return session.manager.findBy(AlertRuleRow, [{ customerId: IsNull() }, ...own]);
  }

  find(session: Session, rule: AlertRuleName, customerId: string | null): Promise<AlertRuleRow | null> {
    return session.manager.findOneBy(AlertRuleRow, { rule, whose: whoseIs(customerId) });
  }

  async put(tx: Transaction, row: AlertRuleRow): Promise<void> {
    await tx.manager.upsert(AlertRuleRow, row, ['rule', 'whose']);
  }

  async delete(tx: Transaction, { rule, whose }: AlertRuleRow): Promise<void> {
    await tx.manager.delete(AlertRuleRow, { rule, whose });
  }
}
