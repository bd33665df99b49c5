import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import pino, { type DestinationStream } from 'pino';
import { requestIdOf } from '../http/request-id.ts';
import { describeError } from './error-line.ts';

/** JSON lines on stderr, for stdout belongs to the one line that says the service is ready. */
export const openLog = (): DestinationStream & { flushSync(): void } => pino.destination({ dest: 2, sync: false });

const QUIET_PATHS = new Set(['/healthz', '/readyz', '/metrics']);

/** The path alone: a query may hold what somebody put there by mistake. */
const pathOf = ({ url = '' }: { url?: string | undefined }): string => url.split('?', 1)[0] ?? '';

/**
 * The log: a line for each request, and each line made while answering one carries its `requestId`. Of a request it
 * writes method, path and where from; headers and bodies never, for they hold tokens and keys.
 */
export const logModule = (stream: DestinationStream): DynamicModule =>
  LoggerModule.forRoot({
    pinoHttp: [
      {
        level: 'info',
        genReqId: (request: IncomingMessage) => requestIdOf(request),
        quietReqLogger: true,
        quietResLogger: true,
        customAttributeKeys: { reqId: 'requestId' },
        autoLogging: { ignore: (request) => QUIET_PATHS.has(pathOf(request)) },
        customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'info'),
        customSuccessMessage: summary,
        customErrorMessage: summary,
        customErrorObject: (_request, _response, _error, line: object) => ({ ...line, err: undefined }),
        serializers: { req: describeRequest, res: describeResponse, err: describeError },
        wrapSerializers: false,
      },
      stream,
    ],
  });

const summary = (request: IncomingMessage, response: ServerResponse): string =>
  `${request.method ?? ''} ${pathOf(request)} ${response.statusCode}`;

const describeRequest = (request: IncomingMessage) => ({
  method: request.method,
  path: pathOf(request),
  remoteAddress: request.socket?.remoteAddress,
});

const describeResponse = (response: ServerResponse) => ({ status: response.statusCode });
