import type { SshConnection } from './ssh.ts';

/** Opens a connection to one host; the signal is given when nobody will want it any more. */
export type Dialler<HostId> = (host: HostId, signal: AbortSignal) => Promise<SshConnection>;

/**
 * The connections of one job: one per host, opened when first asked for, shared by all who ask, opened anew when lost.
 * A failed dial is told to everyone who waits for it and is tried again at the next call.
 */
export class HostConnections<HostId> implements AsyncDisposable {
  readonly #dial: Dialler<HostId>;
  readonly #connections = new Map<HostId, Promise<SshConnection>>();
  readonly #closing = new AbortController();

  constructor(dial: Dialler<HostId>) {
    this.#dial = dial;
  }

  /** @throws what the dialler throws; after `closeAll` an `Error`, for then the job is over. */
  async to(host: HostId): Promise<SshConnection> {
    if (this.#closing.signal.aborted) throw new Error('these connections are closed');
    const known = this.#connections.get(host);
    if (known !== undefined) {
      const connection = await known;
      if (connection.isOpen) return connection;
      this.#forget(host, known);
    }
    return this.#connections.get(host) ?? this.#open(host);
  }

  /** Closes what is open, gives up what is still being opened, and is done when both are. */
  async closeAll(): Promise<void> {
    this.#closing.abort();
    const pending = [...this.#connections.values()];
    this.#connections.clear();
    await Promise.allSettled(pending.map(async (connection) => (await connection).close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.closeAll();
  }

  #open(host: HostId): Promise<SshConnection> {
    const opening = this.#dial(host, this.#closing.signal);
    this.#connections.set(host, opening);
    opening.catch(() => this.#forget(host, opening));
    return opening;
  }

  /** Only what is still current: somebody else may have opened the next one already. */
  #forget(host: HostId, connection: Promise<SshConnection>): void {
    if (this.#connections.get(host) === connection) this.#connections.delete(host);
  }
}
