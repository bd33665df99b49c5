import { deviceObstacles } from '../corosync/conf/check.ts';
import { parse } from '../corosync/conf/parse.ts';
import { readConf } from '../corosync/conf/read.ts';
import { fail, succeed, type Result } from '../finding.ts';
import type { ReadConfig } from './config-gates.ts';
import type { SeenNode } from './situation.ts';

/**
 * A node's corosync.conf, read.
 * @returns null where the node told none; findings where corosync could not read it either
 */
export const configOf = ({ facts }: Pick<SeenNode, 'facts'>): Result<ReadConfig> | null => {
  if (facts.config === null) return null;
  // atob gives one character a byte: the byte string that `parse` takes.
  const conf = parse(atob(facts.config));
  if (!conf.ok) return conf;
  const view = readConf(conf.value);
  // The obstacles begin with what makes the file unreadable, and go on to what can be judged all the same.
  return view.ok ? succeed({ conf: conf.value, view: view.value }) : fail(...deviceObstacles(conf.value));
};
