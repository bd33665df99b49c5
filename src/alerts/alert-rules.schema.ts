import { z } from 'zod';
import type { AlertRule, RuleSettings } from '../core/alerts/rule.ts';
import type { RuleInForce } from '../core/alerts/settings.ts';
import { iso, type Instant } from '../core/time.ts';
import { pageOf, pageQuery } from '../platform/http/paging.ts';
import { time, uuid } from '../platform/http/schemas.ts';
import { ruleName, severity } from './alerts.schema.ts';

/** A week: what is to wait for longer is not to be told. */
const LONGEST_SECONDS = 7 * 86_400;
const seconds = z.int().min(0).max(LONGEST_SECONDS);

export const ruleParam = z.strictObject({ rule: ruleName });
export const ruleQuery = z.strictObject({
  customerId: uuid.optional().describe('For the things of one customer; without it for everybody’s.'),
});
export type RuleQuery = z.output<typeof ruleQuery>;

export const rulePageQuery = pageQuery.extend(ruleQuery.shape);

export const newRuleSettings = z.strictObject({
  enabled: z.boolean(),
  severity,
  afterSeconds: seconds.describe('How long it must hold without a break; 0 for at once.'),
  resolveAfterSeconds: seconds.describe('How long all must be well without a break; 0 for at once.'),
});
export type NewRuleSettings = z.output<typeof newRuleSettings>;

export const alertRuleSchema = z.object({
  rule: ruleName,
  title: z.string(),
  about: z.array(z.enum(['cluster', 'instance', 'arbiter', 'job'])),
  why: z.string(),
  remedy: z.string(),
  quietInMaintenance: z.boolean(),
  ...newRuleSettings.shape,
  source: z.enum(['default', 'everybody', 'customer']).describe('Who said so.'),
  default: newRuleSettings,
  version: z.int().describe('0 while nothing is set at this place.'),
  updatedAt: time.nullable(),
});
export const alertRulePageSchema = pageOf(alertRuleSchema);

/** A rule in force, beside what stands at the place that was asked for. */
export interface ShownRule {
  readonly inForce: RuleInForce;
  readonly byDefault: AlertRule;
  readonly set: { readonly version: number; readonly updatedAt: Instant } | null;
}

const settingsOf = ({ enabled, severity, afterSeconds, resolveAfterSeconds }: RuleSettings) => ({
  ...{ enabled, severity, afterSeconds, resolveAfterSeconds },
});

export const presentRule = ({ inForce, byDefault, set }: ShownRule) => ({
  ...inForce,
  rule: inForce.name,
  about: [...inForce.about],
  default: settingsOf(byDefault),
  version: set?.version ?? 0,
  updatedAt: set === null ? null : iso(set.updatedAt),
});
