import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptHost } from './change-script.ts';

const START_QNETD = await readFile(new URL('../../src/hosts/scripts/start-qnetd.sh', import.meta.url), 'utf8');

let host: ScriptHost;

beforeEach(async () => {
  host = await ScriptHost.make();
  await host.program('stat', 'echo coroqnetd');
});

afterEach(() => host[Symbol.asyncDispose]());

/** Starts qnetd on a host where its unit is in this state. @returns how it ended, and what systemd was told */
const start = async (unit: 'active' | 'inactive') => {
  const isActive = unit === 'active' ? 0 : 3;
  await host.program(
    'systemctl',
    `case "$*" in *is-active*) exit ${isActive} ;; *MainPID*) echo 4711 ;; *) echo "$*" >>${host.directory}/told ;; esac`,
  );
  const own = START_QNETD.replaceAll('/etc/', `${host.directory}/etc/`).replaceAll(
    '/run/umpire',
    `${host.directory}/umpire`,
  );
  const ended = await host.run(
    `mkdir -p ${host.directory}/etc/default ${host.directory}/etc/systemd/system/multi-user.target.wants\n${own}`,
    ...['arbiter-1', '1', 'ours', '-s req'],
  );
  const told = await readFile(`${host.directory}/told`, 'utf8').catch(() => '');
  return { ...ended, restarted: told.includes('restart corosync-qnetd') };
};

const answers = (clients: number) =>
  host.program('corosync-qnetd-tool', `echo 'QNetd address: *:5403'; echo 'Connected clients:		${clients}'`);

describe('qnetd is started with its options', () => {
  it('and the start remembered as one that was meant', async () => {
    expect(await start('inactive')).toMatchObject({ exitCode: 0, restarted: true });
    expect(await host.remembered('qnetd')).toBe('4711\n');
    expect(await readFile(`${host.directory}/etc/default/corosync-qnetd`, 'utf8')).toBe(
      'COROSYNC_QNETD_OPTIONS="-s req"\n',
    );
  });

  it('by a restart where it runs and serves nobody', async () => {
    await answers(0);
    expect(await start('active')).toMatchObject({ exitCode: 0, restarted: true });
  });

  it.each([
    ['it serves one client', () => answers(1)],
    ['it serves many', () => answers(12)],
    ['it runs and says nothing', () => host.program('corosync-qnetd-tool', 'exit 3')],
    ['it runs and hangs', () => host.program('corosync-qnetd-tool', 'sleep 60')],
  ])(
    'and never restarted while %s (invariant 5)',
    async (_, prepare) => {
      await prepare();
      const { exitCode, stderr, restarted } = await start('active');
      expect({ exitCode, restarted }).toEqual({ exitCode: 70, restarted: false });
      expect(stderr).toContain('umpire: qnetd_in_use: ');
    },
    30_000,
  );
});
