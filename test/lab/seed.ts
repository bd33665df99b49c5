import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { command } from './command.ts';
import { corosyncConf } from './corosync-conf.ts';
import type { LabPaths } from './paths.ts';
import { SCRIPTS } from './paths.ts';
import type { PlannedCluster, PlannedHost } from './plan.ts';
import { ARBITER_ADDRESS, hostsOf } from './plan.ts';

const LOGINS = { root: '/root', umpire: '/home/umpire', nosudo: '/home/nosudo' };

/** Makes the lab's own SSH key, which opens every host. */
export async function makeLabKey(paths: LabPaths): Promise<void> {
  await command(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', `lab ${paths.lab}`, '-f', paths.privateKey]);
}

/** Makes what the nodes of a cluster share: the authkey of corosync and, in Proxmox's shape, /etc/pve. */
export async function seedCluster(paths: LabPaths, cluster: PlannedCluster): Promise<void> {
  // corosync-keygen(8): 256 random bytes.
  await put(join(paths.run, 'authkeys', cluster.name), randomBytes(256), 0o400);
  if (cluster.pve) await seedPve(paths, cluster);
}

/** Puts a Proxmox-shaped cluster's /etc/pve back to its first state. */
export async function seedPve(paths: LabPaths, cluster: PlannedCluster): Promise<void> {
  const directory = paths.pve(cluster.name);
  await mkdir(directory, { recursive: true });
  await command(['find', directory, '-mindepth', '1', '-delete']);
  await mkdir(join(directory, 'priv'));
  for (const host of hostsOf(cluster)) await mkdir(join(directory, 'nodes', host.name), { recursive: true });
  await put(join(directory, 'corosync.conf'), corosyncConf(cluster), 0o640);
  await put(join(directory, '.members'), '', 0o440);
  await command(['chgrp', '-R', 'www-data', directory]);
}

/**
 * Makes a host's identity: the files that are laid over its layers at the first boot. They stay the same over power cuts
 * and resets, so that a reset host is the same host again.
 */
export async function seedHost(paths: LabPaths, host: PlannedHost): Promise<void> {
  const directory = paths.host(host.name);
  const seed = join(directory, 'seed');
  for (const part of ['seed', 'root', 'shared/lib']) await mkdir(join(directory, part), { recursive: true });
  for (const script of ['clock.sh', 'sampler.py', 'votequorum.py', 'pmxcfs.py']) {
    await cp(join(SCRIPTS, script), join(directory, 'shared/lib', script));
  }
  await put(join(seed, 'etc/hostname'), `${host.name}\n`);
  await put(join(seed, 'etc/hosts'), hostsFile(host));
  await put(join(seed, 'etc/machine-id'), `${randomBytes(16).toString('hex')}\n`, 0o444);
  await seedSsh(paths, seed, host);
  if (host.cluster !== undefined) await seedNode(paths, seed, host.cluster);
  await emptyHost(paths, host);
}

/** Throws away all that a host has changed since it was made; it must be without power. */
export async function emptyHost(paths: LabPaths, host: PlannedHost): Promise<void> {
  const directory = paths.host(host.name);
  for (const part of ['upper', 'work', 'seeded']) await rm(join(directory, part), { recursive: true, force: true });
  for (const part of ['upper', 'work']) await mkdir(join(directory, part), { mode: 0o755 });
}

/** The fingerprint of a host's key as `ssh-keygen -l` prints it: `SHA256:` and unpadded base64 (RFC 4648). */
export async function fingerprintOf(paths: LabPaths, host: string): Promise<string> {
  const blob = (await publicHostKey(paths, host)).split(' ')[1] ?? '';
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

/** A host's public key, `ssh-ed25519 AAAA…`, without a comment. */
export async function publicHostKey(paths: LabPaths, host: string): Promise<string> {
  const file = join(paths.host(host), 'seed/etc/ssh/ssh_host_ed25519_key.pub');
  return (await readFile(file, 'utf8')).split(' ').slice(0, 2).join(' ').trim();
}

async function seedSsh(paths: LabPaths, seed: string, host: PlannedHost): Promise<void> {
  const key = join(seed, 'etc/ssh/ssh_host_ed25519_key');
  await mkdir(dirname(key), { recursive: true });
  await command(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', host.name, '-f', key]);
  const authorized = await readFile(`${paths.privateKey}.pub`);
  for (const home of Object.values(LOGINS)) await put(join(seed, home, '.ssh/authorized_keys'), authorized, 0o644);
}

async function seedNode(paths: LabPaths, seed: string, cluster: PlannedCluster): Promise<void> {
  await put(join(seed, 'etc/corosync/corosync.conf'), corosyncConf(cluster));
  await put(join(seed, 'etc/corosync/authkey'), await readFile(join(paths.run, 'authkeys', cluster.name)), 0o400);
  const link = join(seed, '..', 'pve');
  if (cluster.pve && !existsSync(link)) await symlink(paths.pve(cluster.name), link);
}

function hostsFile(host: PlannedHost): string {
  const neighbours = host.cluster === undefined ? [] : hostsOf(host.cluster);
  const lines = neighbours.map(({ name, address }) => `${address} ${name}`);
  return ['127.0.0.1 localhost', '::1 localhost', `${ARBITER_ADDRESS} arbiter`, ...lines, ''].join('\n');
}

async function put(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await chmod(path, mode);
}
