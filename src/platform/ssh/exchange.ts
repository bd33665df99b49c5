import { constants } from 'node:os';
import type { Client, ClientChannel } from 'ssh2';
import type { HostAddress } from '../../core/names.ts';
import type { CapturedOutput } from './captured-output.ts';
import { excerpt } from './quoting.ts';
import { SshFailure } from './ssh-failure.ts';

/** What goes to the host for one command. */
export interface Request {
  readonly host: HostAddress;
  readonly line: string;
  readonly stdin: string;
  /** Whether the input ends after `stdin`, or stays open for as long as we are there. */
  readonly endsInput: boolean;
}

/**
 * Opens a session channel, runs the line in it and keeps what it prints.
 * @returns the exit code, once the host has closed the channel.
 * @throws SshFailure `ssh_command_refused`, `ssh_output_too_large`, or `ssh_connection_lost` when the end was not told
 */
export const exchange = (client: Client, request: Request, output: CapturedOutput): Promise<number> =>
  new Promise((resolve, reject) => {
    const { host, line } = request;
    const tooLarge = (): void => reject(new SshFailure('ssh_output_too_large', host));
    client.exec(line, (refusal, channel) => {
      if (refusal) {
        reject(new SshFailure('ssh_command_refused', host, { reason: excerpt(refusal.message) }));
        return;
      }
      let exitCode: number | undefined;
      channel.on('data', (chunk: Buffer) => output.keepStdout(chunk) || tooLarge());
      channel.stderr.on('data', (chunk: Buffer) => output.keepStderr(chunk) || tooLarge());
      channel.on('exit', (code: number | null, signal?: string) => (exitCode = code ?? signalled(signal)));
      channel.on('error', () => reject(new SshFailure('ssh_connection_lost', host)));
      channel.on('close', () =>
        // RFC 4254, 6.10: telling the exit status is only recommended. Without it nothing is known.
        exitCode === undefined ? reject(new SshFailure('ssh_connection_lost', host)) : resolve(exitCode),
      );
      send(channel, request);
    });
  });

const send = (channel: ClientChannel, { stdin, endsInput }: Request): void => {
  if (endsInput) channel.end(stdin);
  else channel.write(stdin);
};

const NUMBERS: Readonly<Record<string, number>> = constants.signals;
const UNKNOWN_NUMBER = 127;

/** As a shell would put it (POSIX.1-2024, Shell Command Language, 2.8.2: greater than 128). */
const signalled = (signal: string | undefined): number => 128 + (NUMBERS[signal ?? ''] ?? UNKNOWN_NUMBER);
