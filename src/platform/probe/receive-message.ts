import type { Duplex } from 'node:stream';
import { succeed, type Result } from '../../core/finding.ts';
import { messageLength } from '../../core/qnetd/probe.ts';

/** The stream ended before a whole message had come. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed';
}

/**
 * Waits for one of qnetd's messages, and then pauses the stream, so that what follows can be read by somebody else.
 * qnetd sends nothing unasked before INIT: bytes behind the message are left to the parser, which refuses them.
 * @returns what came; or `not_qnetd` as soon as no message can begin so, however much is still to come
 * @throws the stream's own error, or ConnectionClosed
 */
export const receiveMessage = (stream: Duplex): Promise<Result<Uint8Array>> =>
  new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const stopListening = (): void => {
      stream.pause().off('data', onData).off('end', onEnd).off('close', onEnd).off('error', onError);
    };
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const length = messageLength(received);
      if (length.ok && (length.value === null || received.length < length.value)) return;
      stopListening();
      resolve(length.ok ? succeed(received) : length);
    };
    const onError = (cause: Error): void => {
      stopListening();
      reject(cause);
    };
    const onEnd = (): void => onError(new ConnectionClosed('closed before a whole message had come'));
    stream.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onError);
  });
