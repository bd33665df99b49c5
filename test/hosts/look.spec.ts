import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arbiterFacts } from '../../src/core/facts/arbiter-facts.ts';
import { readSections } from '../../src/core/facts/sections.ts';
import { instant } from '../../src/core/time.ts';
import { SCRIPTS } from '../../src/hosts/scripts.ts';
import type { Script } from '../../src/platform/ssh/script.ts';
import { ScriptHost } from './change-script.ts';

const NONCE = '0123456789abcdef';
const HANGS = 'exec sleep 60';

let host: ScriptHost;

beforeEach(async () => {
  host = await ScriptHost.make();
});

afterEach(() => host[Symbol.asyncDispose]());

/** Runs a looking script by itself. @returns its sections, the exit code of each, and how long it took in seconds */
const look = async ({ text }: Script) => {
  const begun = performance.now();
  const { exitCode, stdout } = await host.runAlone(
    text.replaceAll('/run/umpire-look', `${host.directory}/look`),
    NONCE,
  );
  const seconds = (performance.now() - begun) / 1_000;
  const sections = readSections(stdout, NONCE);
  const codes = Object.fromEntries([...sections].map(([name, output]) => [name, output.exitCode]));
  return { exitCode, codes, seconds, sections };
};

describe('a look', () => {
  it('at an arbiter asks qnetd twice', async () => {
    await host.program('corosync-qnetd-tool', 'echo "$*"; exit 3');
    expect(await look(SCRIPTS.lookArbiter)).toMatchObject({ exitCode: 0, codes: { status: 3, clients: 3 } });
  });

  it('at an arbiter whose qnetd hangs ends after three seconds and says so of both questions', async () => {
    await host.program('corosync-qnetd-tool', HANGS);
    const { seconds, exitCode, codes } = await look(SCRIPTS.lookArbiter);
    expect({ exitCode, codes }).toEqual({ exitCode: 0, codes: { status: 137, clients: 137 } });
    expect(seconds).toBeLessThan(5);
  }, 20_000);

  it('at a node tells which of its daemons hangs, and what the other one says', async () => {
    await host.program('corosync-quorumtool', HANGS);
    await host.program('corosync-qdevice-tool', 'echo there');
    const { codes, seconds } = await look(SCRIPTS.lookNode);
    expect(codes).toMatchObject({ quorum: 137, device: 0 });
    expect(seconds).toBeLessThan(5);
  }, 20_000);

  // Seen on systemd 252: after an undo had removed the link, `show` went on calling the unit enabled, and the next preparation
  // took the link for somebody's own.
  it('at an arbiter takes qnetd for enabled as the disk has it, not as systemd remembers it', async () => {
    const remembered = "printf 'Id=corosync-qnetd.service\\nActiveState=inactive\\nSubState=dead\\n'";
    await host.program('systemctl', `case "$*" in is-enabled*) echo disabled; exit 1 ;; *) ${remembered} ;; esac`);
    await host.program('corosync-qnetd-tool', 'exit 3');
    const { sections } = await look(SCRIPTS.gatherArbiter);
    const { units } = arbiterFacts(sections, instant(0), 'north');
    expect(units.get('corosync-qnetd.service')).toEqual({ active: 'inactive', enabled: 'disabled' });
  }, 20_000);
});
