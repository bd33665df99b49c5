import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { EVERYTHING, onlyCustomer } from '../platform/database/scope.ts';
import type { FromAgent } from '../platform/http/agent.ts';
import { callerOf, type Authenticated, type TokenScope } from '../platform/http/caller.ts';
import { forbidden } from '../platform/http/problem.ts';
import { FOR_AGENTS, OPEN_TO_ALL, REQUIRED_SCOPE } from '../platform/http/requires.ts';
import { AuthenticateAgent } from './authenticate-agent.ts';
import { Authenticate, tokenIn } from './authenticate.ts';
import { mayDo } from './permission.ts';
import type { Token } from './token.entity.ts';

/** Stands before every route: who asks, and may they. A route that does not say whom it is for lets nobody in. */
@Injectable()
export class TokenGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticate: Authenticate,
    private readonly agents: AuthenticateAgent,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.said<boolean>(OPEN_TO_ALL, context)) return true;
    const request = context.switchToHttp().getRequest<Authenticated>();
    if (this.said<boolean>(FOR_AGENTS, context)) return this.letAgentIn(request);
    const token = await this.authenticate.run(request.header('authorization'));
    const needed = this.said<TokenScope>(REQUIRED_SCOPE, context);
    if (needed === undefined) throw forbidden('forbidden', 'This route says for nobody that they may use it.');
    if (!mayDo(token.scopes, needed)) {
      throw forbidden('missing_scope', `This needs a token with the scope "${needed}".`);
    }
    request.umpireCaller = callerOf(request, { id: token.id, scopes: token.scopes, scope: scopeOf(token) });
    return true;
  }

  private async letAgentIn(request: FromAgent): Promise<boolean> {
    const authorization = request.header('authorization');
    const agent = await this.agents.run(tokenIn(authorization) ?? '');
    if (!agent) {
      await this.authenticate.run(authorization);
      throw forbidden('agents_only', 'Only the agent on a node brings its reports, with a token of its own.');
    }
    request.umpireAgent = agent;
    return true;
  }

  private said<T>(key: string, context: ExecutionContext): T | undefined {
    return this.reflector.getAllAndOverride<T | undefined>(key, [context.getHandler(), context.getClass()]);
  }
}

const scopeOf = ({ customerId }: Token) => (customerId === null ? EVERYTHING : onlyCustomer(customerId));
