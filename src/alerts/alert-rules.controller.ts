import { Body, Controller, Delete, Get, Headers, Param, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { mapPage } from '../platform/database/page.ts';
import { Answers } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { withEtag } from '../platform/http/etag.ts';
import { pageRequest, presentPage } from '../platform/http/paging.ts';
import { Requires } from '../platform/http/requires.ts';
import {
  alertRulePageSchema,
  alertRuleSchema,
  newRuleSettings,
  presentRule,
  rulePageQuery,
  ruleParam,
  ruleQuery,
  type NewRuleSettings,
  type RuleQuery,
} from './alert-rules.schema.ts';
import { ChangeRule } from './change-rule.ts';
import { ReadRules } from './read-rules.ts';

type RuleParam = z.output<typeof ruleParam>;

@ApiTags('alerts')
@Controller('v1/alert-rules')
export class AlertRulesController {
  constructor(
    private readonly rules: ReadRules,
    private readonly changeRule: ChangeRule,
  ) {}

  @Get()
  @Requires('read')
  @Answers(200, 'Every rule as it is in force, the worst first.', alertRulePageSchema)
  async list(@TheCaller() caller: Caller, @Query({ schema: rulePageQuery }) query: z.output<typeof rulePageQuery>) {
    const owner = await this.rules.owner(caller, query.customerId);
    return presentPage(mapPage(await this.rules.page(owner, pageRequest(query)), presentRule));
  }

  @Get(':rule')
  @Requires('read')
  @Answers(200, 'The rule as it is in force.', alertRuleSchema)
  async one(
    @TheCaller() caller: Caller,
    @Param({ schema: ruleParam }) { rule }: RuleParam,
    @Query({ schema: ruleQuery }) { customerId }: RuleQuery,
    @Res({ passthrough: true }) response: Response,
  ) {
    const owner = await this.rules.owner(caller, customerId);
    return withEtag(response, presentRule(await this.rules.one(rule, owner)));
  }

  @Put(':rule')
  @Requires('admin')
  @Answers(200, 'The rule as it is in force now; what is open is weighed anew within seconds.', alertRuleSchema)
  async set(
    @TheCaller() caller: Caller,
    @Param({ schema: ruleParam }) { rule }: RuleParam,
    @Query({ schema: ruleQuery }) { customerId }: RuleQuery,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: newRuleSettings }) settings: NewRuleSettings,
    @Res({ passthrough: true }) response: Response,
  ) {
    const owner = await this.rules.owner(caller, customerId);
    await this.changeRule.set(caller, rule, owner, settings, ifMatch);
    return withEtag(response, presentRule(await this.rules.one(rule, owner)));
  }

  @Delete(':rule')
  @Requires('admin')
  @Answers(204, 'It is as it was before it was set: the default, or for a customer what is set for everybody.')
  async reset(
    @TheCaller() caller: Caller,
    @Param({ schema: ruleParam }) { rule }: RuleParam,
    @Query({ schema: ruleQuery }) { customerId }: RuleQuery,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.changeRule.reset(caller, rule, await this.rules.owner(caller, customerId), ifMatch);
  }
}
