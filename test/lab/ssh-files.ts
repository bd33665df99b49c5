import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { LabPaths } from './paths.ts';
import type { PlannedHost } from './plan.ts';
import { publicHostKey } from './seed.ts';

/** Writes the lab's known_hosts and ssh_config, so that `ssh -F <run>/ssh_config duo-1` works in the controller's network. */
export async function writeSshFiles(paths: LabPaths, hosts: readonly PlannedHost[]): Promise<void> {
  const known = await Promise.all(
    hosts.map(async ({ name, address }) => `${name},${address} ${await publicHostKey(paths, name)}\n`),
  );
  const addresses = hosts.map(({ name, address }) => `Host ${name}\n  HostName ${address}\n`);
  await replace(paths.knownHosts, known.join(''));
  await replace(
    paths.sshConfig,
    `${addresses.join('')}Host *
  User root
  IdentityFile ${paths.privateKey}
  IdentitiesOnly yes
  UserKnownHostsFile ${paths.knownHosts}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  BatchMode yes
  ConnectTimeout 5
  ControlPath ${join(paths.run, 'ssh-%C')}
`,
  );
}

/** An ssh that starts at this moment reads the old file or the new one. */
async function replace(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}
