import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printQuorumStatus } from '../core/corosync/tools/print-quorumtool.ts';
import { world } from '../core/quorum/worlds.ts';
import { ScriptHost, type Ended } from './change-script.ts';

const RELOAD = await readFile(new URL('../../src/hosts/scripts/reload.sh', import.meta.url), 'utf8');
const FORMAT = { hexadecimalIds: false, decimalRingId: false, quorateIsExitCode1: false };
const OURS = ['cluster-1', '5', 'ours'] as const;
const HASH = 'a'.repeat(64);

let host: ScriptHost;

beforeEach(async () => {
  host = await ScriptHost.make();
  await host.program('sha256sum', `echo '${HASH}  -'`);
  await host.program('corosync-cmapctl', "echo 'totem.config_version (u64) = 8'");
  await host.program('corosync-cfgtool', `echo reloaded >>${host.directory}/reloads`);
  await writeFile(join(host.directory, 'corosync.conf'), '');
});

afterEach(() => host[Symbol.asyncDispose]());

/** The view of the first of four nodes with a device, `away` of which are switched off. */
const seenWithout = async (away: number): Promise<void> => {
  const down = [2, 3, 4].slice(3 - away);
  const view = world({ nodeCount: 4, down }).nodes[0];
  if (!view || !('quorum' in view) || view.quorum.kind !== 'known') throw new Error('no view in this world');
  await host.prints(printQuorumStatus(view.quorum.value, FORMAT));
};

const reload = (version: string, votes: string, nodes: string): Promise<Ended> =>
  host.run(
    RELOAD.replaceAll('/etc/corosync/corosync.conf', join(host.directory, 'corosync.conf')),
    ...[...OURS, HASH, version, votes, nodes, '-'],
  );
const reloads = async () => (await readFile(join(host.directory, 'reloads'), 'utf8').catch(() => '')).length > 0;

/** As GuardConfig.undo asks for it: no number of nodes is demanded. */
const undo = () => reload('9', '3', '0');
const REFUSED = { exitCode: 70, stderr: expect.stringContaining('umpire: votes_missing: ') as string };

describe('the reload of an undo', () => {
  it('is refused by the command itself where quorum would need the device (invariants 2 and 4)', async () => {
    await seenWithout(2);
    expect(await undo()).toMatchObject(REFUSED);
    expect(await reloads()).toBe(false);
  });

  it('is not kept from its end by a node that is away, as long as the others’ votes make quorum', async () => {
    await seenWithout(1);
    expect(await undo()).toMatchObject({ exitCode: 0 });
    expect(await reloads()).toBe(true);
  });

  it('does nothing where that version runs already (invariant 10)', async () => {
    await seenWithout(2);
    expect(await reload('8', '3', '0')).toMatchObject({ exitCode: 0 });
    expect(await reloads()).toBe(false);
  });
});

it('the reload of a change is refused where a node is away (invariant 3)', async () => {
  await seenWithout(1);
  expect(await reload('9', '3', '4')).toMatchObject(REFUSED);
  expect(await reloads()).toBe(false);
});
