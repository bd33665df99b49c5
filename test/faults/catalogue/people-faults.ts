import type { LabHost } from '../../lab/host.ts';
import { CONF } from '../../e2e/hand-edits.ts';
import { fault, type Fault } from './fault.ts';

const NOTE = '# a note of the administrator';

const edit = async (host: LabHost, change: (text: string) => string): Promise<void> => {
  const text = await host.readFile(CONF);
  // In place, as an editor does that keeps owner and mode.
  await host.run(['sh', '-c', 'cat >"$1"', 'sh', CONF], { input: change(text) });
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
      stands: async ({ host }) => (await host.readFile(CONF)).includes(NOTE),
      takeBack: ({ host }) => edit(host, (text) => text.replace(`${NOTE}\n`, '')),
    },
  }),
];
