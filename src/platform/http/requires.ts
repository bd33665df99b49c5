import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiResponse } from '@nestjs/swagger';
import type { TokenScope } from './caller.ts';

export const REQUIRED_SCOPE = 'umpire:required-scope';
export const OPEN_TO_ALL = 'umpire:open-to-all';
export const FOR_AGENTS = 'umpire:for-agents';

/** Documents that a route may answer with a problem of this status. */
export const problemAnswer = (status: number, description: string): MethodDecorator & ClassDecorator =>
  ApiResponse({
    status,
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });

/** The scope that a token needs for this route. A route without it, and not open to all, is refused. */
export const Requires = (scope: TokenScope): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(REQUIRED_SCOPE, scope),
    ApiBearerAuth(),
    problemAnswer(401, 'No token, or one that is not valid.'),
    problemAnswer(403, `The token lacks the scope "${scope}".`),
    problemAnswer(404, 'No such thing, or not one of yours.'),
  );

/** A route for the agents on nodes, each with its own token, and for nobody else. */
export const RequiresAgent = (): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(FOR_AGENTS, true),
    ApiBearerAuth(),
    problemAnswer(401, 'No token, or one that is not valid any more.'),
    problemAnswer(403, 'The token is not that of an agent.'),
    problemAnswer(404, 'The agent is not of this cluster.'),
  );

/** A route that needs no token: health and documentation. */
export const OpenToAll = (): MethodDecorator & ClassDecorator => SetMetadata(OPEN_TO_ALL, true);
