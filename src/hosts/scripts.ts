import { createHash } from 'node:crypto';
import { loadScript, type Script } from '../platform/ssh/script.ts';

const load = (name: string): Script => loadScript(new URL(`./scripts/${name}.sh`, import.meta.url));

/** One script out of several, under the name of the one that does the work. */
const joined = (name: string, parts: readonly Script[]): Script => {
  const text = parts.map((part) => part.text).join('\n');
  return { name, text, sha256: createHash('sha256').update(text).digest('hex') };
};

/** One script out of two: what every script of its kind begins with, and its own work. */
const after = (prelude: Script, own: Script): Script => joined(own.name, [prelude, own]);

const change = load('change');
const report = load('report');
const signs = load('signs');
const looking = (name: string): Script => after(report, load(name));
/** Looks at everything that a change is decided from, with a bound for daemons that hang. */
const gathering = (name: string): Script => {
  const own = load(name);
  return joined(own.name, [report, signs, load('watchdog'), own, load('gather-degradation')]);
};
const changing = (name: string): Script => after(change, load(name));

/** Everything that is ever run on a host, by name. */
export const SCRIPTS = {
  gatherNode: gathering('gather-node'),
  gatherArbiter: gathering('gather-arbiter'),
  lookNode: looking('look-node'),
  lookArbiter: looking('look-arbiter'),
  lookGates: joined('look-gates.sh', [report, signs, load('look-gates')]),
  configState: looking('config-state'),
  awaitConfig: load('await-config'),
  leave: changing('leave'),
  installPackages: changing('install-packages'),
  removePackages: changing('remove-packages'),
  forgetPackages: changing('forget-packages'),
  requestKey: changing('request-key'),
  installCertificates: changing('install-certificates'),
  removeCertificates: changing('remove-certificates'),
  writeConfig: changing('write-config'),
  reload: changing('reload'),
  startQdevice: changing('start-qdevice'),
  stopQdevice: changing('stop-qdevice'),
  startQnetd: changing('start-qnetd'),
  stopQnetd: changing('stop-qnetd'),
} as const;
