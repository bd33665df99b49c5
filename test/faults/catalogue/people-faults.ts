import { setTimeout as pause } from 'node:timers/promises';
import type { LabHost } from '../../lab/host.ts';
import { CONF } from '../../e2e/hand-edits.ts';
import { fault, type Fault } from './fault.ts';

const MASTER = '/etc/pve/corosync.conf';
const NOTE = '# a note of the administrator';

/** The file that people edit: on Proxmox VE the master copy, for pmxcfs writes over the other. */
const pathOn = async (host: LabHost): Promise<string> => {
  const { exitCode } = await host.run(['test', '-e', MASTER], { allowFailure: true });
  return exitCode === 0 ? MASTER : CONF;
};

const edit = async (host: LabHost, change: (text: string) => string): Promise<void> => {
  const path = await pathOn(host);
  const text = await host.readFile(path);
  // In place, as an editor does that keeps owner and mode.
  await host.run(['sh', '-c', 'cat >"$1"', 'sh', path], { input: change(text) });
  // pmxcfs looks at the master copy four times a second, on each node.
  if (path === MASTER) await pause(1_500);
};

export const PEOPLE_FAULTS: readonly Fault[] = [
  fault({
    name: 'edited-by-hand',
    needsCluster: true,
    strike: async ({ host, goOn }) => {
      await edit(host, (text) => `${text}${NOTE}\n`);
      goOn();
    },
    leaves: {
      stands: async ({ host }) => (await host.readFile(await pathOn(host))).includes(NOTE),
      takeBack: ({ host }) => edit(host, (text) => text.replace(`${NOTE}\n`, '')),
    },
  }),
];
