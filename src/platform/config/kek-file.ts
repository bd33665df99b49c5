import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { loadKek, type Kek } from '../crypto/kek.ts';
import { randomKek, randomUUIDv7 } from '../crypto/random.ts';
import { Secret } from '../crypto/secret.ts';

/** The key file cannot be used; the sentence repeats nothing of its content. */
export class KekFileUnusable extends Error {}

export interface KekFile {
  readonly kek: Kek;
  /** What whoever runs the service should know. */
  readonly warning: string | null;
}

/** Permissions that let anybody but the owner do something. */
const OTHERS = 0o077;

/**
 * Reads the key-encryption key.
 * @returns null when there is no such file
 * @throws KekFileUnusable
 */
export const readKekFile = (path: string): KekFile | null => {
  const file = openIfThere(path);
  if (file === null) return null;
  try {
    const loaded = loadKek(new Secret(readFileSync(file, 'utf8')));
    if (!loaded.ok) throw new KekFileUnusable(`${path}: ${loaded.findings[0]?.message ?? 'not a key'}`);
    const mode = fstatSync(file).mode & 0o777;
    const open = (mode & OTHERS) !== 0;
    return { kek: loaded.value, warning: open ? `others may use the key file ${path}: run chmod 600 on it` : null };
  } finally {
    closeSync(file);
  }
};

/**
 * Makes a key and its file, which is on the disk before anything is sealed with the key. The file appears whole or not at
 * all; where another process was first, its key is the one.
 */
export const makeKekFile = (path: string): KekFile => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const key = randomKek();
  const loaded = loadKek(key);
  if (!loaded.ok) throw new Error('a fresh key broke its own rule');
  if (!appears(path, `${key.reveal()}\n`)) return readKekFile(path) ?? makeKekFile(path);
  const warning = `made the key-encryption key ${path}: keep a copy of it apart from the database's backups, for without it no stored secret opens`;
  return { kek: loaded.value, warning };
};

/** @returns false when there is such a file already: link(2) replaces none */
const appears = (path: string, content: string): boolean => {
  const draft = `${path}.${randomUUIDv7()}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
    linkSync(draft, path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  } finally {
    closeSync(file);
    unlinkSync(draft);
  }
  syncDirectory(dirname(path));
  return true;
};

const openIfThere = (path: string): number | null => {
  try {
    return openSync(path, 'r');
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return null;
    throw new KekFileUnusable(`${path} cannot be read: ${code ?? 'unknown'}`);
  }
};

/** A file's name is durable only with its directory. */
const syncDirectory = (path: string): void => {
  const directory = openSync(path, 'r');
  fsyncSync(directory);
  closeSync(directory);
};
