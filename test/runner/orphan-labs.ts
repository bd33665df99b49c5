import { readFileSync } from 'node:fs';
import { Lab } from '../lab/lab.ts';
import { labsThatAreUp } from '../machine/packages.ts';

/** Suites name their labs after themselves and their process (lab/own-lab.ts, e2e/run.ts, run-part.ts). */
const OWNED = /^(?:spec|e2e|once)(?<pid>\d+)$/;

/** Those labs of suites whose process is gone: a suite that was killed could not take its lab down. */
export const orphansAmong = (labs: readonly string[], isAlive: (pid: number) => boolean): string[] =>
  labs.filter((lab) => {
    const pid = OWNED.exec(lab)?.groups?.pid;
    return pid !== undefined && !isAlive(Number(pid));
  });

/** Whether there is such a process, and not only its exit code that nobody has fetched yet. */
export const isAlive = (pid: number): boolean => {
  try {
    return runs(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/**
 * Whether a process of this state runs; Z and X are those of the dead.
 * @param stat `/proc/PID/stat` as proc(5) has it: the state stands after the name, which may hold brackets itself
 */
export const runs = (stat: string): boolean => !'ZX'.includes(stat.charAt(stat.lastIndexOf(')') + 2));

/** Takes the labs away that killed suites have left; every other lab stays as it is. */
export const takeOrphansDown = async (show: (line: string) => void): Promise<void> => {
  for (const lab of orphansAmong(labsThatAreUp(), isAlive)) {
    show(`taking down ${lab}, the lab of a suite that was killed`);
    await Lab.down(lab);
  }
};
