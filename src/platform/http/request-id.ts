import type { NextFunction, Request, Response } from 'express';
import { randomUUIDv7 } from '../crypto/random.ts';

const ACCEPTED = /^[A-Za-z0-9._-]{1,64}$/;

interface Identified {
  umpireRequestId?: string;
}

/** Takes the caller's `X-Request-Id`, or makes one, and echoes it; a header that could confuse a log is replaced. */
export const giveRequestId = (request: Request & Identified, response: Response, next: NextFunction): void => {
  const offered = request.header('x-request-id');
  request.umpireRequestId = offered !== undefined && ACCEPTED.test(offered) ? offered : randomUUIDv7();
  response.setHeader('X-Request-Id', request.umpireRequestId);
  next();
};

/** The request's id, or `-` for what never passed `giveRequestId`. */
export const requestIdOf = (request: object): string => (request as Identified).umpireRequestId ?? '-';
