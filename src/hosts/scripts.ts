import { createHash } from 'node:crypto';
import { loadScript, type Script } from '../platform/ssh/script.ts';

const load = (name: string): Script => loadScript(new URL(`./scripts/${name}.sh`, import.meta.url));

/** One script out of two: what every script of its kind begins with, and its own work. */
const after = (prelude: Script, own: Script): Script => {
  const text = `${prelude.text}\n${own.text}`;
  return { name: own.name, text, sha256: createHash('sha256').update(text).digest('hex') };
};

const change = load('change');
const report = load('report');
const looking = (name: string): Script => after(report, load(name));
const changing = (name: string): Script => after(change, load(name));

/** Everything that is ever run on a host, by name. */
export const SCRIPTS = {
  gatherNode: looking('gather-node'),
  gatherArbiter: looking('gather-arbiter'),
  lookNode: looking('look-node'),
  lookArbiter: looking('look-arbiter'),
  configState: looking('config-state'),
  awaitConfig: load('await-config'),
  tryCertificate: load('try-certificate'),
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
} as const;
