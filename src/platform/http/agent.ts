import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Problem } from './problem.ts';

/** The agent on one node, known by its token: all that it may do is bring the reports of that node. */
export interface Agent {
  readonly tokenId: string;
  /** The node's id in the inventory. */
  readonly nodeId: string;
  readonly clusterId: string;
  readonly customerId: string;
}

export type FromAgent = Request & { umpireAgent?: Agent };

/** The agent as a controller's argument; the token guard has put it on the request. */
export const TheAgent = createParamDecorator((_: unknown, context: ExecutionContext): Agent => {
  const agent = context.switchToHttp().getRequest<FromAgent>().umpireAgent;
  if (!agent) throw new Problem(401, 'unauthorized', 'Send the token of an agent: Authorization: Bearer ump_…');
  return agent;
});
