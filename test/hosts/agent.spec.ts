import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { report, type Report } from '../../src/votes/reports.schema.ts';
import { printQdeviceStatus } from '../core/corosync/tools/print-qdevice-tool.ts';
import { world } from '../core/quorum/worlds.ts';

const AGENT = await readFile(new URL('../../src/hosts/scripts/agent.sh', import.meta.url), 'utf8');

/** The agent under a real sh, with tools, a curl and places of its own; it looks ten times as often as it would. */
class RunningAgent implements AsyncDisposable {
  readonly directory: string;
  private process: ChildProcess | null = null;

  constructor(directory: string) {
    this.directory = directory;
  }

  static async make(): Promise<RunningAgent> {
    const agent = new RunningAgent(await mkdtemp(join(tmpdir(), 'umpire-agent-')));
    for (const place of ['run', 'state', 'sent']) await mkdir(join(agent.directory, place));
    await agent.tool('corosync-quorumtool', 0, 'Quorum information\n');
    await agent.tool('corosync-qdevice-tool', 0, 'Qdevice information\n');
    await agent.answers('204');
    return agent;
  }

  /** What curl is answered; it keeps what it was sent, and with which arguments. */
  async answers(status: string): Promise<void> {
    const { directory } = this;
    await this.program(
      'curl',
      `n=$(ls "${directory}/sent" | wc -l)\ncat >"${directory}/sent/part"\nmv "${directory}/sent/part" "${directory}/sent/$(printf %04d "$n")"\necho "$*" >"${directory}/arguments"\nprintf %s ${status}`,
    );
  }

  async tool(name: string, exitCode: number, output: string | Buffer): Promise<void> {
    await writeFile(join(this.directory, `${name}.print`), output);
    await this.program(name, `cat "${this.directory}/${name}.print"\nexit ${exitCode}`);
  }

  private async program(name: string, lines: string): Promise<void> {
    const path = join(this.directory, name);
    await writeFile(`${path}.new`, `#!/bin/sh\n${lines}\n`);
    await chmod(`${path}.new`, 0o755);
    await rm(path, { force: true });
    await writeFile(path, await readFile(`${path}.new`));
    await chmod(path, 0o755);
  }

  start(): void {
    const { directory } = this;
    const text = AGENT.replace(/^PATH=.*$/m, `PATH=${directory}:/usr/sbin:/usr/bin:/sbin:/bin`)
      .replaceAll('/run/umpire-agent', join(directory, 'run'))
      .replaceAll('/var/lib/umpire-agent', join(directory, 'state'))
      .replace('glance_every=3', 'glance_every=0.3');
    this.process = spawn('sh', ['-s'], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.process.stdin?.end(text);
  }

  async stop(): Promise<void> {
    const { process: running } = this;
    this.process = null;
    if (running?.pid === undefined || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    process.kill(-running.pid, 'SIGKILL');
    await ended;
  }

  /** The reports that were sent, as the service would read them. */
  async sent(): Promise<Report[]> {
    const names = (await readdir(join(this.directory, 'sent'))).filter((name) => /^\d+$/.test(name)).toSorted();
    const texts = await Promise.all(names.map((name) => readFile(join(this.directory, 'sent', name), 'utf8')));
    return texts.map((text) => report.parse(JSON.parse(text)));
  }

  async until(count: number): Promise<Report[]> {
    const end = performance.now() + 10_000;
    for (;;) {
      const sent = await this.sent();
      if (sent.length >= count) return sent;
      if (performance.now() > end) throw new Error(`only ${sent.length} reports`);
      await wait(50);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}

describe('the agent of a node', { timeout: 30_000 }, () => {
  let agent: RunningAgent;
  beforeEach(async () => {
    agent = await RunningAgent.make();
  });
  afterEach(() => agent[Symbol.asyncDispose]());

  it('reports as it starts, what its tools print byte for byte, with the time and no secret in an argument', async () => {
    const [view] = world({ nodeCount: 2 }).nodes;
    if (!view || !('device' in view) || view.device.kind !== 'known') throw new Error('no such view');
    const printed = printQdeviceStatus(view.device.value);
    await agent.tool('corosync-qdevice-tool', 0, printed);
    agent.start();
    const [first] = await agent.until(1);
    expect(first?.tools.device).toEqual({ exitCode: 0, stdout: printed, stderr: '' });
    expect(Math.abs(Date.parse(first?.sentAt ?? '') - Date.now())).toBeLessThan(10_000);
    expect(await readFile(join(agent.directory, 'arguments'), 'utf8')).toMatch(
      /^-q --config \/etc\/umpire-agent\/curl\.conf --data-binary @- /,
    );
  });

  it.each([
    ['quotes and backslashes', 'a "b" \\n \\\\ \\u0000 c\n', 'a "b" \\n \\\\ \\u0000 c\n'],
    ['control characters and bytes that are no text', Buffer.from([1, 27, 0, 200, 255, 65, 10]), '?????A\n'],
    ['a line without an end', 'abc', 'abc\n'],
    ['format directives of printf', '%s %d %n \\c\n', '%s %d %n \\c\n'],
    ['nothing', '', ''],
  ])('makes JSON of %s', async (_, output, read) => {
    await agent.tool('corosync-quorumtool', 2, output);
    agent.start();
    const [first] = await agent.until(1);
    expect(first?.tools.quorum).toMatchObject({ exitCode: 2, stdout: read });
  });

  it('cuts what never ends', async () => {
    await agent.tool('corosync-quorumtool', 0, 'x'.repeat(1_000_000));
    agent.start();
    const [first] = await agent.until(1);
    expect(first?.tools.quorum.stdout.length).toBeLessThanOrEqual(16_385);
  });

  it('says nothing more while only times change, and speaks at once when the vote does', async () => {
    const device = (time: number, cast: string) =>
      `State:\t\t\tConnected\nLast poll call:\t\t2026-01-01T00:00:0${time}\nEcho reply received:\t2026-01-01T00:00:0${time}\nPoll timer running:\tYes${cast}\n`;
    await agent.tool('corosync-qdevice-tool', 0, device(0, ' (cast vote)'));
    agent.start();
    await agent.until(1);
    for (const time of [1, 2, 3]) {
      await agent.tool('corosync-qdevice-tool', 0, device(time, ' (cast vote)'));
      await wait(400);
    }
    const quiet = await agent.sent();
    await agent.tool('corosync-qdevice-tool', 0, device(4, ''));
    const told = await agent.until(quiet.length + 1);
    expect(told.at(-1)?.tools.device.stdout).toBe(device(4, ''));
    // Writing a tool anew leaves a moment without it, which the agent may have seen as well.
    expect(quiet.filter(({ tools }) => tools.device.exitCode === 0)).toHaveLength(1);
  });

  it('watches quorum itself where no qdevice answers', async () => {
    await agent.tool('corosync-qdevice-tool', 3, '');
    agent.start();
    await agent.until(1);
    await agent.tool('corosync-quorumtool', 2, 'Quorate: No\n');
    const told = await agent.until(2);
    expect(told.at(-1)?.tools.quorum).toMatchObject({ exitCode: 2, stdout: 'Quorate: No\n' });
  });

  it('counts up, over its own end, a lost file and a clock that was put back', async () => {
    agent.start();
    const [first] = await agent.until(1);
    await agent.stop();
    agent.start();
    const second = (await agent.until(2)).at(-1);
    expect(second?.sequence).toBeGreaterThan(first?.sequence ?? Infinity);
    await agent.stop();
    await rm(join(agent.directory, 'state', 'sequence'));
    const seconds = Math.floor(Date.now() / 1000);
    agent.start();
    expect((await agent.until(3)).at(-1)?.sequence).toBeGreaterThan(seconds);
    await agent.stop();
    await writeFile(join(agent.directory, 'state', 'sequence'), '4000000000\n');
    agent.start();
    expect((await agent.until(4)).at(-1)?.sequence).toBe(4_000_000_011);
  });

  it('waits longer and longer while it is not heard, and does not run against a shut door with every change', async () => {
    await agent.answers('503');
    agent.start();
    await agent.until(1);
    await agent.tool('corosync-qdevice-tool', 3, 'changed\n');
    await wait(2_000);
    expect(await agent.sent()).toHaveLength(1);
    await agent.answers('204');
    expect((await agent.until(2)).at(-1)?.tools.device.stdout).toBe('changed\n');
  });
});
