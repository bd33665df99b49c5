import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { Problem } from './problem.ts';

export const MAX_BODY_BYTES = 256 * 1024;

/** What body-parser throws: it has no class that could be asked for, but always these two. */
interface Unreadable {
  readonly status: number;
  readonly type: string;
}

const isUnreadable = (thrown: unknown): thrown is Unreadable =>
  typeof thrown === 'object' && thrown !== null && 'status' in thrown && 'type' in thrown;

const PROBLEMS: Readonly<Record<string, Problem>> = {
  'entity.too.large': new Problem(413, 'body_too_large', 'A body has at most 256 KiB.'),
  'entity.parse.failed': new Problem(400, 'invalid_json', 'The body is not a JSON object.'),
  'charset.unsupported': new Problem(415, 'unsupported_encoding', 'Send the body in UTF-8.'),
  'encoding.unsupported': new Problem(415, 'unsupported_encoding', 'Send the body as it is, or compressed with gzip.'),
};

/** Reads JSON bodies and nothing else; what cannot be read is a problem that repeats nothing of the body. */
export const readJsonBodies = (app: INestApplication & NestExpressApplication): void => {
  app.use(demandJson);
  app.useBodyParser('json', { limit: MAX_BODY_BYTES });
  app.use(explainUnreadable);
};

const demandJson = (request: Request, _: Response, next: NextFunction): void => {
  // `is` answers null without a body, false with one of another type.
  const isOther = request.is('application/json') === false && request.header('content-length') !== '0';
  next(isOther ? new Problem(415, 'unsupported_media_type', 'Send the body as application/json.') : undefined);
};

// Express knows a handler of errors by its four arguments.
const explainUnreadable = (thrown: unknown, _request: Request, _response: Response, next: NextFunction): void => {
  if (!isUnreadable(thrown)) return next(thrown);
  const plain = new Problem(thrown.status, 'bad_request', 'The request could not be read.');
  next(thrown.status >= 400 && thrown.status < 500 ? (PROBLEMS[thrown.type] ?? plain) : thrown);
};
