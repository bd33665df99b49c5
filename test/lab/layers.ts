import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { command } from './command.ts';
import type { LabPaths } from './paths.ts';
import { SCRIPTS } from './paths.ts';

/** Directories of Debian's root (Filesystem Hierarchy Standard 3.0) that hosts take from the machine. */
const KEPT = new Set(
  ['bin', 'boot', 'dev', 'etc', 'lib', 'lib32', 'lib64', 'libx32', 'media', 'mnt'].concat([
    'proc',
    'run',
    'sbin',
    'sys',
    'tmp',
    'usr',
    'var',
  ]),
);
/** Grown on the machine, of no use to a host, and too large to delete file by file. `root`'s .bashrc alone cost 0.3 s a call. */
const HIDDEN = ['/usr/local', '/var/lib/apt/lists', '/var/cache/apt', '/var/cache/man', '/var/log', '/var/tmp'];

/** The script that makes a layer, where it is not named after it. */
const SCRIPT_OF: Record<string, string> = { 'bare-pve': 'pve' };

/** The read-only directories a host's file system is stacked from, topmost first, as overlayfs wants them. */
export function layerDirectories(paths: LabPaths, layers: readonly string[]): string[] {
  return [...layers.map((layer) => join(paths.layer(layer), 'upper')), '/'];
}

/**
 * Makes those layers that are not there yet, lowest first.
 * @param layers topmost first
 */
export async function makeLayers(paths: LabPaths, layers: readonly string[]): Promise<void> {
  for (let depth = layers.length - 1; depth >= 0; depth -= 1) {
    const layer = layers[depth] ?? '';
    if (!existsSync(join(paths.layer(layer), 'made'))) await makeLayer(paths, layer, layers.slice(depth + 1));
  }
}

async function makeLayer(paths: LabPaths, layer: string, below: readonly string[]): Promise<void> {
  const directory = paths.layer(layer);
  await mkdir(directory, { recursive: true });
  const lower = layerDirectories(paths, below).join(':');
  const script = join(SCRIPTS, 'layers', `${SCRIPT_OF[layer] ?? layer}.sh`);
  const hidden = below.length === 0 ? await hiddenDirectories() : [];
  const build = ['sh', join(SCRIPTS, 'layer.sh'), directory, lower, script, ...hidden];
  // A pid namespace of its own: a package that is removed has its daemons killed by the path of their program
  // (start-stop-daemon --exec), and those of running hosts look the same.
  await command(['unshare', '--mount', '--pid', '--fork', '--kill-child', '--', ...build]);
  await writeFile(join(directory, 'made'), '');
}

/** Everything that belongs to the machine and not to Debian: homes, projects, whatever was put into the root directory. */
async function hiddenDirectories(): Promise<string[]> {
  const entries = await readdir('/', { withFileTypes: true });
  const foreign = entries.filter((entry) => !KEPT.has(entry.name)).map((entry) => `/${entry.name}`);
  return [...foreign, ...HIDDEN];
}
