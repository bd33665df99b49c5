import { Reflector } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import type { ExceptionFilter, NestInterceptor } from '@nestjs/common';
import type { Role } from '../config/config.ts';
import { measureRequests } from '../metrics/http-durations.ts';
import { Metrics } from '../metrics/metrics.ts';
import { AnswerCheck } from './answer-check.ts';
import { readJsonBodies } from './body.ts';
import { onlyHealth } from './only-health.ts';
import { serveOpenApi } from './openapi.ts';
import { ProblemFilter } from './problem.filter.ts';
import { giveRequestId } from './request-id.ts';
import { validationPipe } from './validation.ts';

export interface Around {
  readonly role: Role;
  /** Stands outside of the check of answers, so it sees them as they leave. */
  readonly interceptor: NestInterceptor;
  /** Asked before the problem filter. */
  readonly filter: ExceptionFilter;
}

/** Puts on the application what every request passes through, in the order in which it does. */
export const serveHttp = (app: NestExpressApplication, { role, interceptor, filter }: Around): void => {
  app.disable('x-powered-by');
  // Express would make an ETag of each answer's bytes: ours are versions, and only on single resources.
  app.set('etag', false);
  app.use(giveRequestId);
  app.use(measureRequests(app.get(Metrics)));
  if (role === 'worker') app.use(onlyHealth);
  // Whether there is TLS in front of us we do not know, so no page of ours may demand it.
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }));
  readJsonBodies(app);
  app.useGlobalPipes(validationPipe());
  app.useGlobalInterceptors(interceptor, new AnswerCheck(app.get(Reflector)));
  app.useGlobalFilters(new ProblemFilter(), filter);
  if (role !== 'worker') serveOpenApi(app);
};
