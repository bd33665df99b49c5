import { deviceObstacles } from '../corosync/conf/check.ts';
import type { Finding } from '../finding.ts';
import type { ReadConfig } from '../gates/config-gates.ts';
import { deviceFor } from '../quorum/arithmetic.ts';
import type { OnboardingSituation } from './situation.ts';

/** What must be true of corosync.conf before a device is written into it, beside the gates of every change. */
export interface ConfigRule {
  readonly because: string;
  readonly check: (config: ReadConfig, situation: OnboardingSituation) => readonly Finding[];
}

export const CONFIG_RULES: readonly ConfigRule[] = [
  {
    because: 'corosync takes no device beside certain options, and of some it says so only after a restart',
    check: ({ conf }, { nodes }) => deviceObstacles(conf, { algorithm: deviceFor(nodes.length).algorithm }),
  },
];
