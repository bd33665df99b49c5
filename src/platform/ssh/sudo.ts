/**
 * sudo's own words when it runs nothing, in the C locale (sudo 1.9: `plugins/sudoers/check.c`, `logging.c`,
 * `src/tgetpass.c`, `src/exec.c`), and a shell's when there is no sudo. Its warnings, such as "unable to resolve host",
 * do not count: the command still ran.
 */
const REFUSALS = [
  /^sudo: a password is required$/m,
  /^sudo: a terminal is required/m,
  /^sudo: sorry, you must have a tty/m,
  /^sudo: \S+: command not found$/m,
  /^\S+ is not in the sudoers file/m,
  /^Sorry, user \S+ (may not run sudo|is not allowed to execute)/m,
  /sudo: (command )?not found$/m,
];

/** True when the command did not run because sudo would not, or is not there. */
export const refusedBySudo = (exitCode: number, stderr: string): boolean =>
  (exitCode === 1 || exitCode === 127) && REFUSALS.some((refusal) => refusal.test(stderr));
