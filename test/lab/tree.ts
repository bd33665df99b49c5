import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';

import { command } from './command.ts';
import { layerDirectories } from './layers.ts';
import type { LabPaths } from './paths.ts';
import { SCRIPTS } from './paths.ts';

/**
 * A host's file tree: what the host has at each path where it differs from the layers it was made of.
 * Two trees of one host are equal exactly when the host sees the same files (type, mode, owner, content; no times),
 * apart from the volatile places named in host/tree.py: logs, caches, /run, systemd's own state, corosync's ring counters.
 */
export interface FileTree {
  /** SHA-256 over all entries, in hex. */
  digest: string;
  /** Path → what is there, such as `file 644 0:0 <sha256>` or `absent`. */
  entries: Record<string, string>;
}

export const DEFAULT_TREE_PATHS = ['/etc', '/usr', '/var/lib', '/root', '/home', '/opt', '/srv'];

/** Reads the tree of a host, with or without power. */
export async function readTree(
  paths: LabPaths,
  host: string,
  layers: readonly string[],
  below: readonly string[],
): Promise<FileTree> {
  const directory = paths.host(host);
  const lines = await differences(join(directory, 'upper'), layerDirectories(paths, layers).join(':'), below);
  const pve = join(directory, 'pve');
  if (existsSync(pve) && below.includes('/etc')) {
    // Proxmox's /etc/pve is not on the host's disk; `.members` is the imitation's own view.
    const shared = await differences(await realpath(pve), join(directory, 'root'), ['/']);
    lines.push(...shared.filter((line) => !line.startsWith('/.members\t')).map((line) => `/etc/pve${line}`));
  }
  const entries = Object.fromEntries(lines.map((line) => line.split('\t') as [string, string]));
  return { digest: createHash('sha256').update(lines.join('\n')).digest('hex'), entries };
}

async function differences(upper: string, lower: string, below: readonly string[]): Promise<string[]> {
  const script = join(SCRIPTS, 'tree.py');
  const { stdout } = await command(['/usr/bin/python3', '-I', script, upper, lower, ...below]);
  return stdout.split('\n').filter(Boolean);
}

/** The paths in which two trees of one host differ, one line each: `<path>: <before> → <after>`. */
export function treeDiff(before: FileTree, after: FileTree): string[] {
  const paths = [...new Set([...Object.keys(before.entries), ...Object.keys(after.entries)])].sort();
  const asMade = 'as it was made';
  return paths
    .filter((path) => before.entries[path] !== after.entries[path])
    .map((path) => `${path}: ${before.entries[path] ?? asMade} → ${after.entries[path] ?? asMade}`);
}
