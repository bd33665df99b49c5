import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { command } from './command.ts';
import { releaseMachine } from './machine.ts';
import type { Network } from './network.ts';
import type { LabPaths } from './paths.ts';
import type { Progress } from './progress.ts';
import { until } from './waiting.ts';

/**
 * Takes away everything of a lab, also of one that was never completed: it asks the kernel what is there, not the lab's own notes.
 * Processes that others started in the controller's network are named and left alone.
 */
export async function tearDown(paths: LabPaths, network: Network, say: Progress): Promise<void> {
  await killProcesses(paths);
  for (const pid of await network.controllerPids()) {
    const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
    say(`process ${pid} (${name}) is still in the controller's network and was left alone`);
  }
  await network.destroy();
  await unmountAll(paths);
  await releaseMachine(paths);
}

/** Kills whatever is in the lab's cgroups (cgroup-v2.rst: `cgroup.kill` reaches the whole tree, forks included). */
async function killProcesses(paths: LabPaths): Promise<void> {
  if (!existsSync(paths.cgroup)) return;
  await writeFile(join(paths.cgroup, 'cgroup.kill'), '1');
  await until('the hosts are dead', () => populated(paths).then((alive) => !alive), { everyMs: 20 });
  await command(['find', paths.cgroup, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';']);
}

async function populated(paths: LabPaths): Promise<boolean> {
  return (await readFile(join(paths.cgroup, 'cgroup.events'), 'utf8')).includes('populated 1');
}

async function unmountAll(paths: LabPaths): Promise<void> {
  if (!existsSync(paths.run)) return;
  for (const entry of await readdir(paths.run)) {
    if (entry.startsWith('ssh-')) await closeMaster(paths, entry);
  }
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  const ours = mounts.split('\n').map((line) => line.split(' ')[1] ?? '');
  const below = ours.filter((mount) => mount === paths.run || mount.startsWith(`${paths.run}/`));
  for (const mount of below.reverse()) await command(['umount', '--lazy', mount]);
}

/** Ends the ssh that keeps a shared connection open (ControlMaster), which would hold the run directory busy. */
async function closeMaster(paths: LabPaths, socket: string): Promise<void> {
  await command(['ssh', '-o', `ControlPath=${join(paths.run, socket)}`, '-O', 'exit', 'any'], { allowFailure: true });
}
