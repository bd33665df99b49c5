import { error, type Finding, type Params } from '../../core/finding.ts';
import type { HostAddress } from '../../core/names.ts';

/** Every way in which work over SSH can fail, with what a person should know and do. */
const MESSAGES = {
  host_key_mismatch:
    'The host offers another key than the one that is confirmed; nothing was sent to authenticate. If the host was reinstalled, confirm its new key; otherwise somebody may stand in between.',
  ssh_authentication_failed:
    'The host accepts neither this user nor this key. Put the public key into the user’s authorized_keys and check that sshd allows the login.',
  ssh_connect_timeout:
    'The host did not complete the SSH connection in time. Check the address, the port and firewalls.',
  ssh_connection_refused: 'Nothing listens on this address and port. Check that sshd runs and that the port is right.',
  ssh_unreachable: 'The address cannot be resolved or reached. Check the name, the route and firewalls.',
  ssh_protocol_error:
    'What answers there does not speak SSH as it must: no common algorithm, or bytes that are no SSH at all.',
  ssh_connection_lost: 'The connection ended in the middle of the work; whether the command finished is unknown.',
  ssh_command_refused:
    'The host let us in but refused to start the command. Check ForceCommand and MaxSessions of sshd.',
  ssh_command_timeout: 'The command did not end in time and was given up; how far it came is unknown.',
  ssh_output_too_large: 'The command printed more than is ever needed and was cut off; how far it came is unknown.',
  ssh_aborted: 'The work was stopped from our side; how far it came is unknown.',
  sudo_refused:
    'sudo did not run the command without a password. Allow this user NOPASSWD for root, or log in as root.',
} as const;

export type SshFailureCode = keyof typeof MESSAGES;

/** Work over SSH that failed: the finding says how, on which host, and never holds a secret. */
export class SshFailure extends Error {
  override readonly name = 'SshFailure';
  readonly code: SshFailureCode;
  readonly finding: Finding;

  constructor(code: SshFailureCode, host: HostAddress, params: Params = {}) {
    super(`${host}: ${code}`);
    this.code = code;
    this.finding = error(code, host, MESSAGES[code], params);
  }
}
