import { readdirSync, readFileSync } from 'node:fs';

/** A file of a process under /proc, or nothing when it ended in between. */
const read = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};

const pids = (): number[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);

/** What follows the name in parentheses: state, parent, process group, … (proc(5)). */
const stat = (pid: number): readonly string[] => read(pid, 'stat').split(') ').at(-1)?.split(' ') ?? [];

/** Whether it still runs; one that only waits to be reaped does not. */
export const isAlive = (pid: number): boolean => {
  const [state = ''] = stat(pid);
  return state !== '' && state !== 'Z';
};

/** Whether a running process has this among its arguments. */
export const isRunning = (argument: string): boolean =>
  pids().some((pid) => isAlive(pid) && read(pid, 'cmdline').includes(argument));

/** Who runs in the group of this leader. */
export const processGroup = (leader: number): number[] =>
  pids().filter((pid) => isAlive(pid) && stat(pid)[2] === `${leader}`);
