import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SCRIPTS } from '../../../src/hosts/scripts.ts';

/** What `corosync-quorumtool -s` prints of two nodes with a device, of which so many are online (as on Debian 12). */
const quorumtool = (online: number, deviceVotes: number): string =>
  [
    `Quorate:          Yes`,
    `Expected votes:   3`,
    `Total votes:      ${online + deviceVotes}`,
    `Quorum:           2  `,
    `0x00000000          ${deviceVotes}            Qdevice`,
  ].join('\n');

const CHANGE = readFileSync(new URL('../../../src/hosts/scripts/change.sh', import.meta.url), 'utf8');

describe('the last word of a node (invariant 4)', () => {
  let folder: string;
  let subject: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'umpire-last-word-'));
    subject = `test-${folder.slice(-6)}`;
    tool('systemctl', 'echo "$@" >>"$FOLDER/effects"');
    tool('corosync-qdevice-tool', 'echo "$@" >>"$FOLDER/effects"; exit 1');
  });
  afterEach(() => {
    for (const kind of ['lock', 'fence']) rmSync(`/run/umpire/${subject}.${kind}`, { force: true });
    rmSync(folder, { recursive: true });
  });

  const tool = (name: string, body: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const run = (text: string, ...args: string[]) =>
    spawnSync('sh', ['-s', '--', subject, '1', ...args], {
      input: text,
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env['PATH']}`, FOLDER: folder },
    });

  it.each([
    ['starts no device', SCRIPTS.startQdevice.text],
    ['stops no device', SCRIPTS.stopQdevice.text],
  ])('%s where the online nodes’ own votes make no quorum', (_, text) => {
    tool('corosync-quorumtool', `cat <<'END'\n${quorumtool(1, 1)}\nEND`);
    const { status, stderr } = run(text, '2', '5');
    expect([status, stderr]).toEqual([70, expect.stringContaining('umpire: votes_missing: ')]);
    const effects = existsSync(join(folder, 'effects')) ? readFileSync(join(folder, 'effects'), 'utf8') : '';
    expect(effects).not.toMatch(/^(start|stop|restart)/m);
  });

  it('lets go on where they do', () => {
    tool('corosync-quorumtool', `cat <<'END'\n${quorumtool(2, 1)}\nEND`);
    expect(run(`${CHANGE}\ndemand_votes 2\n`).status).toBe(0);
  });
});

describe('what the scripts do to daemons', () => {
  /** Those that run on an arbiter; `start-qnetd.sh` counts its clients first. */
  const ON_THE_ARBITER = ['start-qnetd.sh', 'stop-qnetd.sh'];
  const onNodes = Object.values(SCRIPTS).filter(({ name }) => !ON_THE_ARBITER.includes(name));

  it.each(onNodes.map(({ name, text }) => [name, text]))(
    'no script restarts anything on a node, or touches corosync itself: %s',
    (_, text) => {
      const systemctl = text.split('\n').filter((line) => /^[^#]*\bsystemctl\b/.test(line));
      expect(systemctl.filter((line) => /\b(restart|try-restart|kill|reload)\b/.test(line))).toEqual([]);
      expect(systemctl.filter((line) => /\b(start|stop) corosync(\.service)?(?![\w-])/.test(line))).toEqual([]);
      const units = [...text.matchAll(/^unit=(.*)$/gm)].map(([, unit]) => unit);
      expect(units.filter((unit) => unit !== 'corosync-qdevice.service')).toEqual([]);
    },
  );

  it('those that do anything to the device are seen by this', () => {
    expect(onNodes.filter(({ text }) => text.includes('unit=corosync-qdevice.service')).length).toBeGreaterThan(1);
  });
});
