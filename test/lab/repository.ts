import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { command } from './command.ts';
import type { Network } from './network.ts';
import type { LabPaths } from './paths.ts';
import { PACKAGE_CACHE } from './paths.ts';
import { REPOSITORY_ADDRESS } from './plan.ts';
import { until } from './waiting.ts';

/**
 * Starts the HTTP server from which hosts install Debian's packages: the controller's 10.77.0.3, port 80.
 * It runs in a cgroup of the lab, by which `down` ends it.
 */
export async function startRepository(paths: LabPaths, network: Network): Promise<void> {
  if (!existsSync(join(PACKAGE_CACHE, 'complete'))) {
    throw new Error('The packages for bare hosts are missing: run "npm run lab -- install" first.');
  }
  const cgroup = join(paths.cgroup, 'repository');
  await mkdir(cgroup, { recursive: true });
  const server = [
    '/usr/bin/python3',
    '-I',
    '-m',
    'http.server',
    '--bind',
    REPOSITORY_ADDRESS,
    '--directory',
    PACKAGE_CACHE,
    '80',
  ];
  const [program = '', ...args] = network.inController(server);
  const child = spawn(program, args, { detached: true, stdio: 'ignore', cwd: '/' });
  child.unref();
  await writeFile(join(cgroup, 'cgroup.procs'), String(child.pid));
  await until('the package repository answers', async () => {
    const look = network.inController(['bash', '-c', `exec 3<>/dev/tcp/${REPOSITORY_ADDRESS}/80`]);
    return (await command(look, { allowFailure: true })).exitCode === 0;
  });
}
