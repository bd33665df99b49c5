import { dirname, join } from 'node:path';

import type { CommandOptions, Output } from './command.ts';
import { command } from './command.ts';
import type { Network } from './network.ts';
import type { LabPaths } from './paths.ts';
import type { PlannedHost } from './plan.ts';
import type { Power } from './power.ts';
import type { FileTree } from './tree.ts';
import { DEFAULT_TREE_PATHS, readTree } from './tree.ts';

/** What a host of the lab is tied to. */
export interface HostWiring {
  paths: LabPaths;
  network: Network;
  power: Power;
  /** Of its file system, topmost first. */
  layers: readonly string[];
  /** SHA256 fingerprint of its SSH host key. */
  fingerprint: string;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** What root has in its environment on a host, and nothing of ours. */
export const HOST_ENVIRONMENT = { PATH, HOME: '/root', LANG: 'C.UTF-8', USER: 'root', SHELL: '/bin/bash' };
const FAKETIME_LIBRARY = '/usr/$LIB/faketime/libfaketime.so.1';

/** One host of the lab, with the hands a person in front of it would have. */
export class LabHost {
  readonly name: string;
  readonly address: string;
  readonly cluster: string | undefined;
  readonly nodeId: number | undefined;
  readonly fingerprint: string;
  private readonly planned: PlannedHost;
  private readonly wiring: HostWiring;

  constructor(planned: PlannedHost, wiring: HostWiring) {
    this.name = planned.name;
    this.address = planned.address;
    this.cluster = planned.cluster?.name;
    this.nodeId = planned.nodeId;
    this.fingerprint = wiring.fingerprint;
    this.planned = planned;
    this.wiring = wiring;
  }

  /** The pid of its PID 1 as the machine sees it; null without power. */
  pid(): Promise<number | null> {
    return this.wiring.power.pid(this.name);
  }

  /**
   * Runs a command on the host as root, without SSH.
   * @param line argv, or a line for `sh -c`
   * @throws CommandFailed when it fails (unless `allowFailure`) or does not end in time; Error when the host has no power
   */
  async run(line: string | readonly string[], options: Omit<CommandOptions, 'env'> = {}): Promise<Output> {
    return command(await this.enter(line), { ...options, env: HOST_ENVIRONMENT });
  }

  /** The command line that enters the host and runs a command there. */
  async enter(line: string | readonly string[]): Promise<string[]> {
    const pid = await this.pid();
    if (pid === null) throw new Error(`${this.name} has no power`);
    const argv = typeof line === 'string' ? ['sh', '-c', line] : line;
    // -r and -w: without them the working directory would be the machine's.
    return ['nsenter', '-t', String(pid), '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w', '--', ...argv];
  }

  /** A true power cut: no process says goodbye, the disk stays as it is. */
  powerOff(): Promise<void> {
    return this.wiring.power.off(this.name);
  }

  /** Boots the host and returns when sshd listens; its cluster may still be forming. */
  powerOn(): Promise<void> {
    return this.wiring.power.on(this.planned, this.wiring.layers);
  }

  /** Pulls the network plug. */
  cut(): Promise<void> {
    return this.wiring.network.setPort(this.name, 'cut');
  }

  /** Puts the network plug back. */
  plug(): Promise<void> {
    return this.wiring.network.setPort(this.name, 'up');
  }

  /**
   * Moves the wall clock for every process started from now on, by libfaketime; running daemons keep their time. 0 moves it back.
   * @param seconds ahead of the true time, or behind where negative
   */
  async setClockOffset(seconds: number): Promise<void> {
    if (seconds === 0) {
      await this.run(['rm', '-f', '/etc/ld.so.preload', '/etc/faketimerc']);
      return;
    }
    const offset = `${seconds < 0 ? '' : '+'}${Math.round(seconds)}`;
    await this.writeFile('/etc/faketimerc', `${offset}\n`);
    await this.writeFile('/etc/ld.so.preload', `${FAKETIME_LIBRARY}\n`);
  }

  /** Reads a file of the host. */
  async readFile(path: string): Promise<string> {
    return (await this.run(['cat', path])).stdout;
  }

  /** Writes a file of the host, and the directories above it, as root with mode 644 unless told otherwise. */
  async writeFile(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    await this.run(['mkdir', '-p', dirname(path)]);
    await this.run(
      ['sh', '-c', 'cat >"$1.lab" && chmod "$2" "$1.lab" && mv "$1.lab" "$1"', 'sh', path, mode.toString(8)],
      {
        input: content,
      },
    );
  }

  /** A digest of the host's files that changes exactly when what the host sees changes; see `FileTree`. */
  async treeHash(below: readonly string[] = DEFAULT_TREE_PATHS): Promise<string> {
    return (await this.tree(below)).digest;
  }

  /** The host's files, to be compared by `treeDiff`. */
  tree(below: readonly string[] = DEFAULT_TREE_PATHS): Promise<FileTree> {
    return readTree(this.wiring.paths, this.name, this.wiring.layers, below);
  }

  /** Stops a unit's main process in its tracks (SIGSTOP): its connections stay open and say nothing. */
  async pause(unit: string): Promise<void> {
    await this.run(['systemctl', 'kill', '--kill-whom=main', '--signal=STOP', unit]);
  }

  /** Lets a paused unit go on. */
  async resume(unit: string): Promise<void> {
    await this.run(['systemctl', 'kill', '--kill-whom=main', '--signal=CONT', unit]);
  }

  /** A directory of the machine that the host sees as /run/umpire-lab; it outlives power cuts. */
  get shared(): string {
    return join(this.wiring.paths.host(this.name), 'shared');
  }
}
