import { HttpException } from '@nestjs/common';
import { Problem } from './problem.ts';

const CODES: Readonly<Record<number, string>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
};

/** The problem that something thrown stands for, or null when nobody foresaw it. */
export const problemOf = (thrown: unknown): Problem | null => {
  if (thrown instanceof Problem) return thrown;
  if (!(thrown instanceof HttpException)) return null;
  const status = thrown.getStatus();
  if (status >= 500) return null;
  return new Problem(
    status,
    CODES[status] ?? 'http_error',
    status === 404 ? 'There is nothing at this path.' : thrown.message,
  );
};
