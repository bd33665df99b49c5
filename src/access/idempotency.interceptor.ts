import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { catchError, concatMap, from, type Observable } from 'rxjs';
import { sha256 } from '../platform/crypto/digest.ts';
import type { Authenticated } from '../platform/http/caller.ts';
import { badRequest, documentOf } from '../platform/http/problem.ts';
import { PROBLEM_JSON } from '../platform/http/problem.filter.ts';
import { problemOf } from '../platform/http/problem-of.ts';
import { requestIdOf } from '../platform/http/request-id.ts';
import { IdempotentAnswers, type GivenAnswer } from './idempotent-answers.ts';
import type { Claim, KeyedRequest } from './idempotency.store.ts';
import { ReplayedAnswer } from './replay.filter.ts';

const KEY = /^[\x20-\x7e]{1,255}$/;

/** These say who asked or how often, not what came of the request: with another token or later it may go well. */
const NOT_REMEMBERED = [401, 403, 429];

/** Gives a POST that is repeated with its Idempotency-Key the answer that it got the first time. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly answers: IdempotentAnswers) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Authenticated>();
    const response = context.switchToHttp().getResponse<Response>();
    const keyed = keyedRequest(request);
    if (!keyed) return next.handle();
    const begun = await this.answers.begin(keyed);
    if ('body' in begun) throw new ReplayedAnswer(begun);
    if (request.umpireCaller) request.umpireCaller = { ...request.umpireCaller, madeId: begun.madeId };
    return next.handle().pipe(
      catchError((thrown: unknown) => from(this.failed(begun, request, thrown))),
      concatMap((answer: unknown) => this.answered(begun, response, answer)),
    );
  }

  private async answered(claim: Claim, response: Response, answer: unknown): Promise<unknown> {
    const body = answer === undefined ? '' : JSON.stringify(answer);
    const headers = {
      ...(body === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...named(response),
    };
    await this.answers.remember(claim, { status: response.statusCode, headers, body });
    return answer;
  }

  private async failed(claim: Claim, request: Authenticated, thrown: unknown): Promise<never> {
    const problem = problemOf(thrown);
    if (!problem || problem.status >= 500 || NOT_REMEMBERED.includes(problem.status)) {
      await this.answers.release(claim);
    } else {
      const body = JSON.stringify(documentOf(problem, requestIdOf(request)));
      const headers = { 'content-type': `${PROBLEM_JSON}; charset=utf-8` };
      await this.answers.remember(claim, { status: problem.status, headers, body });
    }
    throw thrown;
  }
}

const keyedRequest = (request: Authenticated): KeyedRequest | null => {
  const key = request.header('idempotency-key');
  if (request.method !== 'POST' || key === undefined || !request.umpireCaller) return null;
  if (!KEY.test(key)) {
    throw badRequest('invalid_idempotency_key', 'An Idempotency-Key has 1 to 255 printable ASCII characters.');
  }
  const requestHash = sha256(JSON.stringify([request.method, request.originalUrl, request.body]));
  return { tokenId: request.umpireCaller.tokenId, key, requestHash };
};

const named = (response: Response): GivenAnswer['headers'] => {
  const location = response.getHeader('location');
  const etag = response.getHeader('etag');
  return {
    ...(typeof location === 'string' ? { location } : {}),
    ...(typeof etag === 'string' ? { etag } : {}),
  };
};
