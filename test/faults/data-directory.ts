import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../lab/command.ts';

/** Room for a service's database many times over, and quickly filled. */
const SIZE = '96m';

/** A data directory that is a file system of its own, so that it can be full and nothing else with it. */
export class DataDirectory implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<DataDirectory> {
    const path = await mkdtemp(join(tmpdir(), 'umpire-faults-'));
    await command(['mount', '-t', 'tmpfs', '-o', `mode=700,size=${SIZE}`, 'umpire-faults', path]);
    return new DataDirectory(path);
  }

  /** Makes it what another one is; no service may be running on either. */
  async become(other: DataDirectory): Promise<void> {
    for (const name of await readdir(this.path)) await rm(join(this.path, name), { recursive: true });
    await cp(other.path, this.path, { recursive: true, preserveTimestamps: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await command(['umount', '-l', this.path], { allowFailure: true });
    await rm(this.path, { recursive: true, force: true });
  }
}
