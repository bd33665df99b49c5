import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHANGE = await readFile(new URL('../../src/hosts/scripts/change.sh', import.meta.url), 'utf8');

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A host as `change.sh` sees it: its own /run/umpire and its own corosync-quorumtool, and nothing else of this machine's. */
export class ScriptHost implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async make(): Promise<ScriptHost> {
    return new ScriptHost(await mkdtemp(join(tmpdir(), 'umpire-change-')));
  }

  /** Puts a program of a line of shell into the place of one of the machine's. */
  async program(name: string, line: string): Promise<void> {
    const path = join(this.directory, name);
    await writeFile(path, `#!/bin/sh\n${line}\n`);
    await chmod(path, 0o755);
  }

  /** Has `corosync-quorumtool` do this line of shell. */
  quorumtool(line: string): Promise<void> {
    return this.program('corosync-quorumtool', line);
  }

  /** Has `corosync-quorumtool` print a text. */
  async prints(text: string): Promise<void> {
    await writeFile(join(this.directory, 'view'), text);
    await this.quorumtool(`cat ${this.directory}/view`);
  }

  /** What the host remembers in /run/umpire under a name; null when nothing. */
  async remembered(name: string): Promise<string | null> {
    return readFile(join(this.directory, 'umpire', name), 'utf8').catch(() => null);
  }

  remember(name: string, text: string): Promise<void> {
    return writeFile(join(this.directory, 'umpire', name), text);
  }

  /** Runs a script of its own behind `change.sh`, with these arguments. */
  run(own: string, ...args: readonly string[]): Promise<Ended> {
    return this.runAlone(`${CHANGE.replaceAll('/run/umpire', join(this.directory, 'umpire'))}\n${own}\n`, ...args);
  }

  /** Runs a script that is whole in itself, with these arguments. */
  runAlone(text: string, ...args: readonly string[]): Promise<Ended> {
    const env = { PATH: `${this.directory}:${process.env['PATH'] ?? ''}`, LC_ALL: 'C' };
    return new Promise((resolve) => {
      const child = execFile('sh', ['-s', '--', ...args], { env }, (failure, stdout, stderr) => {
        resolve({ exitCode: typeof failure?.code === 'number' ? failure.code : failure ? -1 : 0, stdout, stderr });
      });
      child.stdin?.end(text);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true });
  }
}
