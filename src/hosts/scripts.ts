import { createHash } from 'node:crypto';
import { loadScript, type Script } from '../platform/ssh/script.ts';

const load = (name: string): Script => loadScript(new URL(`./scripts/${name}.sh`, import.meta.url));

/** One script out of several files: what every script of its kind begins with, and its own work. */
const composed = (name: string, ...files: readonly string[]): Script => {
  const text = files.map((file) => load(file).text).join('\n');
  return { name: `${name}.sh`, text, sha256: createHash('sha256').update(text).digest('hex') };
};

const looking = (name: string): Script => composed(name, 'report', name);
/** Looks at everything that a change is decided from, with a bound for daemons that hang. */
const gathering = (name: string): Script => composed(name, 'report', 'signs', 'watchdog', name, 'gather-degradation');
const changing = (name: string): Script => composed(name, 'change', name);

/** What a node runs by itself when nobody confirms a change in time; it travels as a payload of `writeConfig`. */
export const RESTORE = load('restore');

/** What a node runs to report by itself; it travels as a payload of `installAgent`. */
export const AGENT = load('agent');

/** Everything that is ever run on a host, by name. */
export const SCRIPTS = {
  gatherNode: gathering('gather-node'),
  gatherArbiter: gathering('gather-arbiter'),
  lookNode: looking('look-node'),
  lookArbiter: looking('look-arbiter'),
  lookGates: composed('look-gates', 'report', 'signs', 'look-gates'),
  configState: looking('config-state'),
  awaitConfig: load('await-config'),
  leave: changing('leave'),
  tryCertificate: load('try-certificate'),
  installPackages: changing('install-packages'),
  removePackages: changing('remove-packages'),
  forgetPackages: changing('forget-packages'),
  requestKey: changing('request-key'),
  installCertificates: changing('install-certificates'),
  removeCertificates: changing('remove-certificates'),
  writeConfig: composed('write-config', 'change', 'arm-restore', 'swap-config'),
  swapConfig: changing('swap-config'),
  disarmRestore: changing('disarm-restore'),
  reload: changing('reload'),
  startQdevice: changing('start-qdevice'),
  stopQdevice: changing('stop-qdevice'),
  holdQdevice: changing('hold-qdevice'),
  releaseQdevice: changing('release-qdevice'),
  setAsideDatabase: changing('set-aside-database'),
  putBackDatabase: changing('put-back-database'),
  deleteDatabase: changing('delete-database'),
  purgePackages: changing('purge-packages'),
  distrustCertificate: changing('distrust-certificate'),
  trustCertificate: changing('trust-certificate'),
  startQnetd: changing('start-qnetd'),
  stopQnetd: changing('stop-qnetd'),
  raiseFence: changing('raise-fence'),
  installAgent: changing('install-agent'),
  startAgent: changing('start-agent'),
  removeAgent: changing('remove-agent'),
} as const;
