import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryInUse, lockDirectory } from '../../../src/platform/database/directory-lock.ts';

const MODULE = new URL('../../../src/platform/database/directory-lock.ts', import.meta.url).href;
const HOLD = `
  const { lockDirectory } = await import(process.argv[1]);
  lockDirectory(process.argv[2]);
  // Nobody refers to the lock: it must outlive the garbage collector all the same.
  for (let turn = 0; turn < 5; turn += 1) { gc(); await new Promise((go) => setTimeout(go, 5)); }
  process.stdout.write('held');
  setInterval(() => undefined, 1000);
`;

describe('the lock of a data directory', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'umpire-lock-'));
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  /** Another process that holds the lock. */
  const holder = async () => {
    const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', HOLD, MODULE, directory]);
    await once(child.stdout, 'data');
    return child;
  };

  it('is refused while another process holds it, and the sentence names the directory', async () => {
    const other = await holder();
    expect(() => lockDirectory(directory)).toThrow(DirectoryInUse);
    expect(() => lockDirectory(directory)).toThrow(directory);
    other.kill('SIGKILL');
    await once(other, 'exit');
  });

  it('is free at once when the process that held it was killed (invariant 8)', async () => {
    const other = await holder();
    other.kill('SIGKILL');
    await once(other, 'exit');
    lockDirectory(directory).release();
  });

  it('is refused twice in one process, and free again when released', () => {
    const first = lockDirectory(directory);
    expect(() => lockDirectory(directory)).toThrow(DirectoryInUse);
    first.release();
    lockDirectory(directory).release();
  });

  it('leaves nothing but its own file', () => {
    lockDirectory(directory).release();
    expect(readdirSync(directory)).toEqual(['lock.sqlite']);
  });

  it('makes the directory for its owner alone', () => {
    const inner = join(directory, 'new');
    lockDirectory(inner).release();
    expect(statSync(inner).mode & 0o777).toBe(0o700);
  });

  it('tells another fault from a lock that is held', () => {
    expect(() => lockDirectory('/proc/version/nowhere')).toThrow(/ENOTDIR|EEXIST/);
  });
});
