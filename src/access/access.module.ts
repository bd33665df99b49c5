import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CustomersModule } from '../customers/customers.module.ts';
import { AgentTokensStore } from './agent-tokens.store.ts';
import { AuthenticateAgent } from './authenticate-agent.ts';
import { Authenticate } from './authenticate.ts';
import { BootToken } from './boot-token.ts';
import { GrantAgentToken } from './grant-agent-token.ts';
import { IdempotencyInterceptor } from './idempotency.interceptor.ts';
import { IdempotencyStore } from './idempotency.store.ts';
import { IdempotentAnswers } from './idempotent-answers.ts';
import { IssueToken } from './issue-token.ts';
import { RevokeAgentTokens } from './revoke-agent-tokens.ts';
import { RevokeToken } from './revoke-token.ts';
import { TokenGuard } from './token.guard.ts';
import { TokenUse } from './token-use.ts';
import { TokensController } from './tokens.controller.ts';
import { TokensStore } from './tokens.store.ts';

@Module({
  imports: [CustomersModule],
  controllers: [TokensController],
  providers: [
    ...[TokensStore, IssueToken, RevokeToken, Authenticate, TokenUse, BootToken],
    ...[AgentTokensStore, AuthenticateAgent, GrantAgentToken, RevokeAgentTokens],
    ...[IdempotencyStore, IdempotentAnswers, IdempotencyInterceptor],
    { provide: APP_GUARD, useClass: TokenGuard },
  ],
  exports: [TokensStore, AgentTokensStore, AuthenticateAgent, GrantAgentToken, RevokeAgentTokens],
})
export class AccessModule {}
