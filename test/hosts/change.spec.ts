import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printQuorumStatus } from '../core/corosync/tools/print-quorumtool.ts';
import { world } from '../core/quorum/worlds.ts';
import type { QuorumStatus } from '../../src/core/corosync/tools/quorumtool.ts';
import { ScriptHost } from './change-script.ts';

const FORMAT = { hexadecimalIds: false, decimalRingId: false, quorateIsExitCode1: false };
const OURS = ['cluster-1', '5', 'ours'] as const;
const PASSED = { exitCode: 0, stdout: 'passed\n', stderr: '' };

let host: ScriptHost;

beforeEach(async () => {
  host = await ScriptHost.make();
});

afterEach(() => host[Symbol.asyncDispose]());

const change = (...args: readonly string[]) => host.run('echo passed "$@"', ...args);
const uptime = async () => Number((await host.run('cut -d. -f1 /proc/uptime', ...OURS)).stdout);

describe('before a script changes a host', () => {
  it('its own arguments are handed on', async () => {
    expect(await change(...OURS, 'a b', 'c')).toEqual({ exitCode: 0, stdout: 'passed a b c\n', stderr: '' });
  });

  it('a runner with a lower fencing number than the host has seen is refused (invariants 6 and 11)', async () => {
    expect(await change('cluster-1', '5', 'ours')).toEqual(PASSED);
    expect(await change('cluster-1', '4', 'ours')).toMatchObject({
      exitCode: 70,
      stdout: '',
      stderr: expect.stringContaining('umpire: fenced: a later runner (5)') as string,
    });
    expect(await change('cluster-1', '5', 'ours')).toEqual(PASSED);
    expect(await host.remembered('cluster-1.fence')).toBe('5\n');
  });

  it('a number that cannot be written down is refused, and the one before it stands', async () => {
    expect(await change('cluster-1', '5', 'ours')).toEqual(PASSED);
    // A directory in the place of the file written aside: no write can succeed there, whoever runs it.
    await host.run('mkdir "$1"', ...OURS, `${host.directory}/umpire/new`);
    expect(await change('cluster-1', '6', 'ours')).toMatchObject({
      exitCode: 70,
      stdout: '',
      stderr: expect.stringContaining('umpire: run_not_written:') as string,
    });
    expect(await host.remembered('cluster-1.fence')).toBe('5\n');
  });

  it('changes pass one at a time, whatever they are about and whoever asks', async () => {
    const slow = host.run('echo begun; sleep 1; echo >"$1"', ...OURS, `${host.directory}/slow`);
    await expect.poll(() => host.remembered('change')).not.toBeNull();
    const second = await host.run('cat "$1"', 'arbiter-2', '1', 'ours', `${host.directory}/slow`);
    expect(second).toEqual({ exitCode: 0, stdout: '\n', stderr: '' });
    expect((await slow).exitCode).toBe(0);
  });
});

describe('another installation of the service', () => {
  it('is refused while ours has changed the host less than two minutes ago, whatever it is about (invariant 6)', async () => {
    await change(...OURS);
    expect(await change('cluster-2', '99', 'theirs')).toMatchObject({
      exitCode: 70,
      stdout: '',
      stderr: expect.stringContaining('umpire: other_umpire: another installation of this service (ours)') as string,
    });
    expect(await host.remembered('cluster-2.fence')).toBeNull();
    expect(await host.remembered('change')).toMatch(/^ours cluster-1 \d+\n$/);
  });

  it('may follow after two minutes of silence, and not a second before', async () => {
    const now = await uptime();
    await host.remember('change', `ours cluster-1 ${now - 110}\n`);
    expect((await change('cluster-1', '9', 'theirs')).exitCode).toBe(70);
    await host.remember('change', `ours cluster-1 ${now - 120}\n`);
    expect(await change('cluster-1', '9', 'theirs')).toEqual(PASSED);
    expect(await host.remembered('change')).toMatch(/^theirs /);
  });

  it('is no obstacle to itself: other processes and later jobs of one installation go on', async () => {
    await change(...OURS);
    expect(await change('cluster-2', '1', 'ours')).toEqual(PASSED);
  });
});

describe('demand_votes, the last word on the node,', () => {
  const status = (): QuorumStatus => {
    const view = world({ nodeCount: 4 }).nodes[0];
    if (!view || !('quorum' in view) || view.quorum.kind !== 'known') throw new Error('no view in this world');
    return view.quorum.value;
  };
  const seeing = async (changed: Partial<QuorumStatus>, ...demands: readonly string[]) => {
    await host.prints(printQuorumStatus({ ...status(), ...changed }, FORMAT));
    return host.run('demand_votes "$@"; echo passed', ...OURS, ...demands);
  };
  const REFUSED = {
    exitCode: 70,
    stdout: '',
    stderr: expect.stringContaining('umpire: votes_missing: ') as string,
  };
  const three = () => ({ members: status().members.slice(0, 3), nodeCount: 3, totalVotes: 4 });
  const two = () => ({ members: status().members.slice(0, 2), nodeCount: 2, totalVotes: 3 });

  it('lets a whole cluster through', async () => {
    expect(await seeing({}, '3', '4')).toEqual(PASSED);
  });

  it('lets a step through that needs fewer nodes than there are, but not one that needs them all', async () => {
    expect(await seeing(three(), '3')).toEqual(PASSED);
    expect(await seeing(three(), '3', '4')).toMatchObject(REFUSED);
  });

  it('counts the votes without the device’s (invariant 4)', async () => {
    expect(await seeing(two(), '2')).toMatchObject(REFUSED);
  });

  it('demands what the step will need, even where less makes quorum now', async () => {
    expect(await seeing({ quorum: 2 }, '5')).toMatchObject(REFUSED);
  });

  it('refuses where corosync itself holds back', async () => {
    const flags = status().flags.filter((flag) => flag !== 'Quorate');
    expect(await seeing({ activityBlocked: true, flags }, '3')).toMatchObject(REFUSED);
    expect(await seeing({ quorate: false }, '3')).toMatchObject(REFUSED);
  });

  it.each([
    ['nothing', 'true'],
    ['an error', 'echo Cannot initialize CMAP service >&2; exit 1'],
    ['something else', 'echo Quorate: Yes'],
  ])('takes %s from the tool for no vote at all', async (_, line) => {
    await host.quorumtool(line);
    expect(await host.run('demand_votes 1; echo passed', ...OURS)).toMatchObject(REFUSED);
  });

  it('waits five seconds for a corosync that hangs, and names it (invariant 28)', async () => {
    await host.quorumtool('sleep 60');
    const begun = performance.now();
    const ended = await host.run('demand_votes 1; echo passed', ...OURS);
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(ended).toMatchObject({ exitCode: 70, stdout: '' });
    expect(ended.stderr).toContain('umpire: corosync_hung: ');
  }, 30_000);
});
