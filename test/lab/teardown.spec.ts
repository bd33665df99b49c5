import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import { command } from './command.ts';
import { Lab, labObstacle } from './lab.ts';
import { ownName } from './own-lab.ts';
import { LABS_DIRECTORY } from './paths.ts';
import { until } from './waiting.ts';

const CLI = join(import.meta.dirname, 'cli.ts');

/** Everything by which a lab of this name could be noticed on the machine. */
async function traces(name: string): Promise<string[]> {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`${LABS_DIRECTORY}/${name}`));
  const netns = existsSync('/run/netns')
    ? readdirSync('/run/netns').filter((entry) => entry.startsWith(`${name}-`))
    : [];
  const directories = existsSync(join(LABS_DIRECTORY, name)) ? [join(LABS_DIRECTORY, name)] : [];
  const { stdout } = await command(['sh', '-c', `grep -l "umpire-lab-${name}/" /proc/[0-9]*/cgroup 2>/dev/null; true`]);
  const processes = stdout.split('\n').filter(Boolean);
  return [...mounts, ...netns, ...directories, ...processes];
}

/** The machine's routes. While a lab is up its network has a name; without one nobody can be in another network. */
async function machineRoutes(): Promise<string> {
  const named = join(LABS_DIRECTORY, '.network');
  const enter = existsSync(named) ? ['nsenter', `--net=${named}`, '--'] : [];
  return (await command([...enter, 'ip', 'route', 'show', 'table', 'all'])).stdout;
}

/**
 * Brings a lab up and down on what looks like a machine without any other lab: a network and a /run of its own.
 * Prints what there is before, during and after.
 */
const ONLY_LAB = `
awk '$2 ~ "^/run/" { print $2 }' /proc/self/mounts | tac | xargs -r umount -l
mount -t tmpfs run /run
mkdir /run/mount # of util-linux's mount(8), which any machine has used
look() {
  ip route show table all
  cat /proc/sys/fs/inotify/max_user_instances
  awk '{ print $2 }' /proc/self/mounts | sort
  find /run -maxdepth 2 | sort
}
look
echo ----
UMPIRE_LAB=lab "$1" "$2" up --clusters duo:1 2>/dev/null
look
echo ----
UMPIRE_LAB=lab "$1" "$2" down 2>/dev/null
look
`;

describe.skipIf(labObstacle() !== null)(
  `taking labs down${labObstacle() === null ? '' : ` (skipped: ${labObstacle()})`}`,
  () => {
    const [first, second] = [`${ownName()}a`, `${ownName()}b`];

    afterEach(async () => {
      for (const name of [first, second]) await Lab.down(name);
    });

    it('leaves no trace, and a lab beside it alone', async () => {
      const neighbour = await Lab.up({ name: second, clusters: ['duo:1'] });
      const lab = await Lab.up({ name: first, clusters: ['duo:2'] });
      await lab.host('duo-2').powerOff();
      expect((await traces(first)).length).toBeGreaterThan(5);
      expect(await machineRoutes()).toContain('unreachable 10.77.0.0/16');
      await lab.down();
      expect(await traces(first)).toEqual([]);
      expect((await neighbour.host('duo-1').run('systemctl is-active corosync')).stdout).toBe('active\n');
      expect(await machineRoutes()).toContain('unreachable 10.77.0.0/16');
      await neighbour.down();
      expect(await traces(second)).toEqual([]);
    });

    it('gives the machine its routes, mounts, settings and files back after the last lab', async () => {
      const { stdout } = await command([
        'unshare',
        '--mount',
        '--net',
        'sh',
        '-eu',
        '-c',
        ONLY_LAB,
        'sh',
        process.execPath,
        CLI,
      ]);
      const [before, during, after] = stdout.split('----\n');
      expect(during).toMatch(/unreachable 10\.77\.0\.0\/16[\s\S]*\/run\/umpire-lab\/lab/);
      expect(after).toBe(before);
    });

    it.each([100, 600, 1500, 2500])('cleans up after an "up" that was killed after %d ms', async (ms) => {
      const env = { ...process.env, UMPIRE_LAB: first };
      const up = spawn(process.execPath, [CLI, 'up', '--clusters', 'duo:2,trio:3'], { env, stdio: 'ignore' });
      await new Promise((resolve) => setTimeout(resolve, ms));
      const ended = new Promise((resolve) => up.once('close', resolve));
      up.kill('SIGKILL');
      await ended;
      await command([process.execPath, CLI, 'down'], { env });
      // A shell that the killed process had started may need a moment to find its ground gone.
      await until('no trace is left', async () => (await traces(first)).length === 0, { withinMs: 5000 });
    });

    it('a second "up" of the same name is refused and harms nothing', async () => {
      const lab = await Lab.up({ name: first, clusters: ['duo:1'] });
      await expect(Lab.up({ name: first, clusters: ['duo:1'] })).rejects.toThrow(
        `A lab named ${first} is there already`,
      );
      expect((await lab.host('duo-1').run('systemctl is-active corosync')).stdout).toBe('active\n');
    });

    it('passes exit codes, input and signals of commands through', async () => {
      await Lab.up({ name: first, clusters: [] });
      const env = { ...process.env, UMPIRE_LAB: first };
      const lab = (...argv: string[]) =>
        command([process.execPath, CLI, ...argv], { env, input: 'hello', allowFailure: true });
      expect(await lab('run', '--', 'sh', '-c', 'cat; exit 7')).toMatchObject({ exitCode: 7, stdout: 'hello' });
      expect(await lab('exec', 'arbiter', '--', 'sh', '-c', 'cat; hostname; exit 3')).toMatchObject({
        exitCode: 3,
        stdout: 'helloarbiter\n',
      });
      expect(await lab('ssh', 'arbiter', 'hostname')).toMatchObject({ exitCode: 0, stdout: 'arbiter\n' });
      expect(await lab('run', '--', 'sh', '-c', 'kill -TERM $$')).toMatchObject({ exitCode: 143 });
      const child = spawn(
        process.execPath,
        [CLI, 'run', '--', 'sh', '-c', 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done'],
        { env },
      );
      await new Promise((resolve) => child.stdout.once('data', resolve));
      child.kill('SIGTERM');
      expect(await new Promise((resolve) => child.once('close', resolve))).toBe(9);
    });

    it('says what is wrong in a sentence', async () => {
      const env = { ...process.env, UMPIRE_LAB: first };
      const list = await command([process.execPath, CLI, 'list'], { env, allowFailure: true });
      expect(list).toMatchObject({ exitCode: 1, stderr: `The lab ${first} is not up.\n` });
    });
  },
);
