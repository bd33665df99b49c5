import { once } from 'node:events';
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';

/** Where to listen: a TCP address, or a unix socket, which belongs to no network namespace. */
export type Entrance = { readonly host: string; readonly port: number } | { readonly path: string };

/** Carries each connection made to `entrance` to `exit`, both ways, and says nothing of its own. */
export const tunnel = async (entrance: Entrance, exit: NetConnectOpts): Promise<Server> => {
  const server = createServer({ allowHalfOpen: true }, (inner) =>
    join(inner, connect({ ...exit, allowHalfOpen: true })),
  );
  server.listen(entrance);
  await once(server, 'listening');
  return server;
};

/** One end's goodbye reaches the other end, and so does its sudden death. */
const join = (one: Socket, other: Socket): void => {
  one.pipe(other);
  other.pipe(one);
  for (const [end, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    end.on('error', () => peer.destroy());
    end.on('close', () => peer.destroySoon());
  }
};
