import { ALERT_RULES, type AlertRule, type AlertRuleName, type RuleSettings } from './rule.ts';

/** What a person has set: for everybody (`customerId` null), or for one customer's things. */
export interface SetRule extends RuleSettings {
  readonly rule: AlertRuleName;
  readonly customerId: string | null;
}

/** A rule as it is in force, and who said so. */
export interface RuleInForce extends AlertRule {
  readonly name: AlertRuleName;
  readonly source: 'default' | 'everybody' | 'customer';
}

/** A subject of no customer has none, and a job of an arbiter or a qnetd instance is nobody's in particular. */
export const canBeSetForCustomer = ({ about }: AlertRule): boolean =>
  about.some((kind) => kind === 'cluster' || kind === 'job');

/**
 * The rules for one customer's things, or for the MSP's own.
 * What was set for the customer comes before what was set for everybody, and that before the default.
 */
export const rulesInForce = (set: readonly SetRule[], customerId: string | null): readonly RuleInForce[] =>
  ALERT_RULES.map((rule) => {
    const own =
      customerId === null ? undefined : set.find((one) => one.rule === rule.name && one.customerId === customerId);
    const everybodys = set.find((one) => one.rule === rule.name && one.customerId === null);
    const inForce = own ?? everybodys;
    if (!inForce) return { ...rule, source: 'default' };
    const { enabled, severity, afterSeconds, resolveAfterSeconds } = inForce;
    return {
      ...rule,
      ...{ enabled, severity, afterSeconds, resolveAfterSeconds },
      source: own ? 'customer' : 'everybody',
    };
  });
