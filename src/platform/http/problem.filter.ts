import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { documentOf, Problem } from './problem.ts';
import { requestIdOf } from './request-id.ts';

/** Express and body-parser errors carry a status and a type, but no class that could be asked for. */
interface ParserError {
  readonly status: number;
  readonly type: string;
}

const isParserError = (thrown: unknown): thrown is ParserError =>
  typeof thrown === 'object' && thrown !== null && 'status' in thrown && 'type' in thrown && typeof thrown.status === 'number';

const fromParser = (thrown: ParserError): Problem => {
  if (thrown.type === 'entity.too.large') return new Problem(413, 'body_too_large', 'A body has at most 256 KiB.');
  if (thrown.type === 'entity.parse.failed') return new Problem(400, 'invalid_json', 'The body is not valid JSON.');
  if (thrown.type === 'charset.unsupported' || thrown.type === 'encoding.unsupported') {
    return new Problem(415, 'unsupported_encoding', 'Send the body as UTF-8 JSON, not compressed or gzip.');
  }
  return new Problem(thrown.status, 'bad_request', 'The request could not be read.');
};

const CODES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
  429: 'too_many_requests',
};

const problemOf = (thrown: unknown): Problem | null => {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof HttpException) {
    const status = thrown.getStatus();
    return new Problem(status, CODES[status] ?? 'http_error', status === 404 ? 'There is nothing at this path.' : thrown.message);
  }
  if (isParserError(thrown) && thrown.status >= 400 && thrown.status < 500) return fromParser(thrown);
  return null;
};

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
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(documentOf(problem, requestIdOf(request))));
  }

  private unforeseen(thrown: unknown): Problem {
    this.log.error(thrown instanceof Error ? thrown : new Error(`thrown: ${typeof thrown}`));
    return new Problem(500, 'internal_error', 'Something went wrong that should not have; the log has the details under this request id.');
  }
}
