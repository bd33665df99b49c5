import { spawn } from 'node:child_process';
import { existsSync, openSync, closeSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { command } from './command.ts';
import { layerDirectories } from './layers.ts';
import type { Network } from './network.ts';
import type { LabPaths } from './paths.ts';
import { SCRIPTS } from './paths.ts';
import type { PlannedHost } from './plan.ts';
import { until } from './waiting.ts';

/** Port 22 listening, as /proc/net/tcp writes it: local address `00000000:0016`, state 0A. */
const SSHD_LISTENS = /^\s*\d+: 00000000:0016 \S+ 0A /m;

/** The power switches of a lab's hosts. */
export class Power {
  private readonly paths: LabPaths;
  private readonly network: Network;

  constructor(paths: LabPaths, network: Network) {
    this.paths = paths;
    this.network = network;
  }

  /**
   * Boots a host on what it had on its disk, and waits until sshd listens.
   * @param layers of its file system, topmost first
   */
  async on(host: PlannedHost, layers: readonly string[]): Promise<void> {
    if ((await this.pid(host.name)) !== null) return;
    await this.network.removeHost(host.name);
    await this.network.addHost(host.name, host.address);
    const cgroup = join(this.paths.cgroup, host.name);
    await mkdir(cgroup, { recursive: true });
    this.boot(host, layers, cgroup);
    await until(`${host.name} has booted`, () => this.sshdListens(host.name)).catch(async (failure: unknown) => {
      throw new Error(`${host.name} did not boot; its console: ${await this.console(host.name)}`, { cause: failure });
    });
  }

  /**
   * A true power cut: the plug is pulled first, so that no peer hears a goodbye from the dying kernel.
   * What the host had written is still on its disk.
   */
  async off(name: string): Promise<void> {
    const pid = await this.pid(name);
    if (pid === null) return;
    await this.network.setPort(name, 'cut');
    process.kill(pid, 'SIGKILL');
    await until(`${name} is dead`, async () => (await this.processes(name)) === 0, { everyMs: 10 });
    await this.network.removeHost(name);
    await rm(join(this.paths.host(name), 'pid'), { force: true });
    await this.removeCgroup(join(this.paths.cgroup, name));
  }

  /** The pid of a host's PID 1 as the machine sees it; null without power. */
  async pid(name: string): Promise<number | null> {
    const pid = Number(await readFile(join(this.paths.host(name), 'pid'), 'utf8').catch(() => ''));
    if (!pid) return null;
    // The cgroup tells our host's PID 1 from a stranger who was given the same number later.
    const cgroups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
    return cgroups.includes(`/umpire-lab-${this.paths.lab}/${name}`) ? pid : null;
  }

  private boot(host: PlannedHost, layers: readonly string[], cgroup: string): void {
    const directory = this.paths.host(host.name);
    const console = openSync(join(directory, 'console'), 'a');
    const lower = layerDirectories(this.paths, layers).join(':');
    const namespaces = ['--mount', '--uts', '--ipc', '--pid', '--fork'];
    const init = ['sh', join(SCRIPTS, 'init.sh'), directory, host.name, lower, cgroup];
    const args = [`--net=${this.network.file(host.name)}`, '--', 'unshare', ...namespaces, '--', ...init];
    const child = spawn('nsenter', args, { detached: true, stdio: ['ignore', console, console], cwd: '/' });
    child.unref();
    closeSync(console);
  }

  private async console(name: string): Promise<string> {
    const said = await readFile(join(this.paths.host(name), 'console'), 'utf8').catch(() => '');
    return said.slice(-2000).trim() || '(silent)';
  }

  private async sshdListens(name: string): Promise<boolean> {
    const pid = await this.pid(name);
    if (pid === null) return false;
    return SSHD_LISTENS.test(await readFile(`/proc/${pid}/net/tcp`, 'utf8').catch(() => ''));
  }

  private async processes(name: string): Promise<number> {
    const cgroup = join(this.paths.cgroup, name);
    const { stdout } = await command(['find', cgroup, '-name', 'cgroup.procs', '-exec', 'cat', '{}', '+']);
    return stdout.split('\n').filter(Boolean).length;
  }

  private async removeCgroup(directory: string): Promise<void> {
    if (!existsSync(directory)) return;
    await command(['find', directory, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';']);
  }
}
