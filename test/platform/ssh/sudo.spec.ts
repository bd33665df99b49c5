import { describe, expect, it } from 'vitest';
import { refusedBySudo } from '../../../src/platform/ssh/sudo.ts';

describe('sudo ran nothing', () => {
  it.each([
    'sudo: a password is required\n',
    'sudo: a terminal is required to read the password; either use the -S option\nsudo: a password is required\n',
    'sudo: sorry, you must have a tty to run sudo\n',
    'sudo: timeout: command not found\n',
    'umpire is not in the sudoers file.\n',
    'umpire is not in the sudoers file.\nThis incident has been reported to the administrator.\n',
    "Sorry, user umpire is not allowed to execute '/usr/bin/timeout -k 5 10 sh' as root on node1.\n",
    'Sorry, user umpire may not run sudo on node1.\n',
    'sudo: unable to resolve host node1: Name or service not known\nsudo: a password is required\n',
  ])('when it exits with 1 and says %j', (stderr) => {
    expect(refusedBySudo(1, stderr)).toBe(true);
  });

  it.each(['bash: line 1: sudo: command not found\n', 'sh: 1: sudo: not found\n'])(
    'when it is not installed: %j',
    (stderr) => {
      expect(refusedBySudo(127, stderr)).toBe(true);
    },
  );
});

describe('the command ran', () => {
  it.each([
    [1, 'sudo: unable to resolve host node1: Name or service not known\nCannot initialize CMAP service\n'],
    [1, 'Cannot initialize CMAP service\n'],
    [1, 'the log said: sudo: a password is required\n'],
    [0, 'sudo: a password is required\n'],
    [2, 'sudo: a password is required\n'],
    [127, 'timeout: failed to run command ‘corosync-quorumtool’: No such file or directory\n'],
    [1, ''],
  ])('when it exits with %i and says %j', (exitCode, stderr) => {
    expect(refusedBySudo(exitCode, stderr)).toBe(false);
  });
});
