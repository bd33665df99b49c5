import type { NextFunction, Request, Response } from 'express';
import type { Metrics } from './metrics.ts';

/** Seconds. Most answers are a database read; the slowest wait five seconds for a host's key. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Measures each request. The label is the route's pattern, never the path: ids would make a series each. */
export const measureRequests = (metrics: Metrics) => {
  const durations = metrics.histogram({
    name: 'umpire_http_request_duration_seconds',
    help: 'How long requests took.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    const stop = durations.startTimer();
    response.once('finish', () => {
      stop({ method: request.method, route: routeOf(request), status: String(response.statusCode) });
    });
    next();
  };
};

/** What no route answered was last seen by a middleware, whose pattern is a wildcard. */
const routeOf = (request: Request): string => {
  const pattern = (request as { route?: { path?: unknown } }).route?.path;
  return typeof pattern === 'string' && !pattern.includes('*') ? pattern : 'none';
};
