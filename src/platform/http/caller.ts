import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Actor } from '../../core/audit/actor.ts';
import { covers, type Scope } from '../database/scope.ts';
import { notFound, Problem } from './problem.ts';
import { requestIdOf } from './request-id.ts';

/** What a token may do. `admin` may everything; the others are what they say. */
export const TOKEN_SCOPES = ['read', 'operate', 'admin', 'report'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** Who asks, what they may do, and whose things they may see. */
export interface Caller {
  readonly tokenId: string;
  readonly scopes: readonly TokenScope[];
  readonly scope: Scope;
  readonly actor: Actor;
  /**
   * The id that what this request makes should have: the same in each try under one Idempotency-Key, so that a try after
   * a death finds what the one before made. null without a key.
   */
  readonly madeId: string | null;
}

export type Authenticated = Request & { umpireCaller?: Caller };

/** Makes the caller of a request from the token that it showed. */
export const callerOf = (
  request: Request,
  token: { id: string; scopes: readonly TokenScope[]; scope: Scope },
): Caller => ({
  tokenId: token.id,
  scopes: token.scopes,
  scope: token.scope,
  madeId: null,
  actor: {
    kind: 'token',
    tokenId: token.id,
    requestId: requestIdOf(request),
    remoteAddress: request.socket.remoteAddress ?? '',
  },
});

/** The caller as a controller's argument; the token guard has put it on the request. */
export const TheCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = context.switchToHttp().getRequest<Authenticated>().umpireCaller;
  if (!caller) throw new Problem(401, 'unauthorized', 'Send a token: Authorization: Bearer ump_…');
  return caller;
});

/**
 * Whose a new thing shall be. A token of one customer makes things for that customer only, whether it says so or not.
 * @param asked the customer that the request names, or undefined
 * @returns the customer's id, or null for the MSP's own
 * @throws a problem when the request names a customer that does not exist for the caller
 */
export const ownerFor = ({ scope }: Caller, asked: string | undefined): string | null => {
  if (asked === undefined) return scope.kind === 'customer' ? scope.customerId : null;
  if (!covers(scope, asked)) throw notFound('customer');
  return asked;
};
