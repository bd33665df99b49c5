import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CustomersModule } from '../customers/customers.module.ts';
import { Authenticate } from './authenticate.ts';
import { BootToken } from './boot-token.ts';
import { IdempotencyInterceptor } from './idempotency.interceptor.ts';
import { IdempotencyStore } from './idempotency.store.ts';
import { IdempotentAnswers } from './idempotent-answers.ts';
import { IssueToken } from './issue-token.ts';
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
    ...[IdempotencyStore, IdempotentAnswers, IdempotencyInterceptor],
    { provide: APP_GUARD, useClass: TokenGuard },
  ],
  exports: [TokensStore],
})
export class AccessModule {}
