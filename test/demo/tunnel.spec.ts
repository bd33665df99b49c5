import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tunnel } from './tunnel.ts';

const HOST = '127.0.0.1';
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

describe('A tunnel of two parts with a unix socket between them', () => {
  let folder: string;
  let servers: Server[];
  let port: number;

  /** A server behind the tunnel, and the tunnel's two parts before it. */
  const open = async (serve: (socket: Socket) => void): Promise<void> => {
    const server = createServer({ allowHalfOpen: true }, serve).listen(0, HOST);
    await once(server, 'listening');
    const path = join(folder, 'socket');
    const inner = await tunnel({ path }, { host: HOST, port: portOf(server) });
    const outer = await tunnel({ host: HOST, port: 0 }, { path });
    servers = [outer, inner, server];
    port = portOf(outer);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'umpire-tunnel-'));
    servers = [];
  });

  afterEach(() => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true });
  });

  it('carries bytes both ways, and each side’s goodbye on its own', async () => {
    await open((socket) => void socket.pipe(socket));
    const megabyte = Buffer.alloc(1_000_000, 'umpire');
    const client = connect({ host: HOST, port, allowHalfOpen: true });
    client.end(megabyte);
    expect((await buffer(client)).equals(megabyte)).toBe(true);
  });

  it('carries what comes piece by piece, without waiting for more', async () => {
    await open((socket) => void socket.write('first'));
    const client = connect({ host: HOST, port });
    const [piece] = (await once(client, 'data')) as [Buffer];
    expect(piece.toString()).toBe('first');
    client.destroy();
  });

  it('keeps connections apart', async () => {
    await open((socket) => void socket.pipe(socket));
    const echoes = ['one', 'two', 'three'].map((word) => {
      const client = connect({ host: HOST, port, allowHalfOpen: true });
      client.end(word);
      return buffer(client).then(String);
    });
    expect(await Promise.all(echoes)).toEqual(['one', 'two', 'three']);
  });

  it('lets the server know when the client has gone', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    await open(
      (socket) =>
        void socket
          .resume()
          .on('error', () => undefined)
          .on('end', () => socket.end())
          .on('close', resolve),
    );
    const client = connect({ host: HOST, port });
    await once(client, 'connect');
    client.destroy();
    await closed;
  });

  it('ends a connection whose server is not there, and stays open for the next one', async () => {
    await open((socket) => void socket.pipe(socket));
    const [, , server] = servers;
    server?.close();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const client = connect({ host: HOST, port });
      client.on('error', () => undefined);
      await once(client, 'close');
    }
    expect(servers[0]?.listening).toBe(true);
  });
});
