import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';

/** One request as a server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** The name that the client asked for in its TLS greeting. */
  readonly serverName: string | null;
}

export type Answer = (response: http.ServerResponse, request: SeenRequest, socket: Socket) => void;

/** A web server on loopback that keeps what it is asked. */
export interface WebServer {
  readonly port: number;
  readonly seen: SeenRequest[];
  answer: Answer;
  close(): Promise<void>;
}

/** A certificate for these names, signed by itself. */
export const selfSigned = (...names: string[]): { key: string; cert: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'umpire-web-'));
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const ask = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=test',
  ];
  const names_ = names.map((name) => (/^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`)).join(',');
  execFileSync('openssl', [...ask, '-addext', `subjectAltName=${names_}`, '-keyout', key, '-out', cert], {
    stdio: 'pipe',
  });
  const made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
};

/** @param tls a key and a certificate, or null for plain HTTP */
export const startWebServer = async (tls: { key: string; cert: string } | null = null): Promise<WebServer> => {
  const seen: SeenRequest[] = [];
  const handle = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const { method = '', url: path = '', headers, socket } = request;
    const serverName = tls ? ((socket as TLSSocket).servername as string | null) || null : null;
    const one = { method, path, headers, body: Buffer.concat(parts).toString('utf8'), serverName };
    seen.push(one);
    web.answer(response, one, socket);
  };
  const listener: http.RequestListener = (request, response) => void handle(request, response).catch(() => undefined);
  const server = tls ? https.createServer(tls, listener) : http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const web: WebServer = {
    port: (server.address() as AddressInfo).port,
    seen,
    answer: (response) => void response.writeHead(204).end(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return web;
};
