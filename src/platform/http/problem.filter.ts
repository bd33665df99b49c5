import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { documentOf, Problem } from './problem.ts';
import { problemOf } from './problem-of.ts';
import { requestIdOf } from './request-id.ts';

export const PROBLEM_JSON = 'application/problem+json';

/** Turns whatever was thrown into a problem document. What nobody foresaw is logged in full and answered without detail. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = new Logger('http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = problemOf(thrown) ?? this.unforeseen(thrown);
    if (response.headersSent) {
      response.end();
      return;
    }
    if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    response
      .status(problem.status)
      .type(PROBLEM_JSON)
      .send(JSON.stringify(documentOf(problem, requestIdOf(request))));
  }

  private unforeseen(thrown: unknown): Problem {
    this.log.error(thrown instanceof Error ? thrown : new Error(`thrown: ${typeof thrown}`));
    return new Problem(
      500,
      'internal_error',
      'Something went wrong that should not have; the log has the details under this request id.',
    );
  }
}
