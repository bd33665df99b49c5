import type { NextFunction, Request, Response } from 'express';
import { Problem } from './problem.ts';

const HEALTH_PATHS = ['/healthz', '/readyz', '/metrics'];

/** In a process that only works, everything but its health is not there. */
export const onlyHealth = (request: Request, _: Response, next: NextFunction): void => {
  next(HEALTH_PATHS.includes(request.path) ? undefined : new Problem(404, 'not_found', 'This process serves no API.'));
};
