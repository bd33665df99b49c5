import { withDevice } from './corosync-conf.ts';
import type { Lab, LabCluster } from './lab.ts';
import { ARBITER_ADDRESS } from './plan.ts';
import type { RecordedCall } from './ssh-session.ts';
import { SshSession } from './ssh-session.ts';

const NODE_DATABASE = '/etc/corosync/qdevice/net/nssdb';
const ARBITER_DATABASE = '/etc/corosync/qnetd/nssdb';
const CARRIED = '/root/qdevice';

/** How long the parts of the flow took, in milliseconds, and every command with its output. */
export interface StockFlow {
  connectMs: number;
  /** From the first command to the vote on every node, without connecting. */
  flowMs: number;
  calls: readonly RecordedCall[];
}

/**
 * Gives the arbiter its certificates with the vendor's tool, where it has none, and starts qnetd; as an administrator would,
 * after corosync-qnetd-certutil(8).
 */
export async function prepareStockArbiter(lab: Lab): Promise<void> {
  await lab.arbiter.run(
    // The tool takes the database's owner from the directory, which Debian leaves to root while qnetd runs as coroqnetd.
    `[ -e ${ARBITER_DATABASE}/cert9.db ] || corosync-qnetd-certutil -i
     chown -R coroqnetd: /etc/corosync/qnetd
     systemctl enable --now corosync-qnetd`,
  );
}

/**
 * Sets a cluster up with the arbiter by the vendor's tools over SSH, step by step as corosync-qdevice(8) describes it:
 * the yardstick for anything better. The certificate's private key travels between the nodes in a p12 file.
 * @returns when every node casts the device's vote
 */
export async function setUpByStockFlow(lab: Lab, clusterName: string): Promise<StockFlow> {
  const cluster = lab.cluster(clusterName);
  const session = new SshSession(lab);
  const begin = performance.now();
  try {
    await session.open(['arbiter', ...cluster.nodes.map(({ name }) => name)]);
    const connected = performance.now();
    await distributeCertificates(session, cluster);
    await configure(session, cluster);
    await startDevices(session, cluster);
    const end = performance.now();
    return { connectMs: Math.round(connected - begin), flowMs: Math.round(end - connected), calls: session.calls };
  } finally {
    await session.close();
  }
}

async function distributeCertificates(session: SshSession, cluster: LabCluster): Promise<void> {
  const names = cluster.nodes.map(({ name }) => name);
  const [first = '', ...others] = names;
  await session.carry('arbiter', `${ARBITER_DATABASE}/qnetd-cacert.crt`, names, `${CARRIED}-cacert.crt`);
  await onEach(names, session, `corosync-qdevice-net-certutil -i -c ${CARRIED}-cacert.crt`);
  await session.run(first, `corosync-qdevice-net-certutil -r -n ${cluster.name}`);
  await session.carry(first, `${NODE_DATABASE}/qdevice-net-node.crq`, ['arbiter'], `${CARRIED}-${cluster.name}.crq`);
  // The tool counts serials in a file without a lock: two at once may give out the same one.
  await session.run(
    'arbiter',
    `flock /run/qnetd-certutil.lock corosync-qnetd-certutil -s -c ${CARRIED}-${cluster.name}.crq -n ${cluster.name}`,
  );
  await session.carry('arbiter', `${ARBITER_DATABASE}/cluster-${cluster.name}.crt`, [first], `${CARRIED}-cluster.crt`);
  await session.run(first, `corosync-qdevice-net-certutil -M -c ${CARRIED}-cluster.crt`);
  await session.carry(first, `${NODE_DATABASE}/qdevice-net-node.p12`, others, `${CARRIED}-node.p12`);
  await onEach(others, session, `corosync-qdevice-net-certutil -m -c ${CARRIED}-node.p12`);
}

async function configure(session: SshSession, cluster: LabCluster): Promise<void> {
  const names = cluster.nodes.map(({ name }) => name);
  const [first = ''] = names;
  const file = cluster.pve ? '/etc/pve/corosync.conf' : '/etc/corosync/corosync.conf';
  const before = await session.run(first, `cat ${file}`);
  const after = withDevice(before, { host: ARBITER_ADDRESS, nodes: names.length });
  const write = `cat >${file}.new && mv ${file}.new ${file}`;
  // Proxmox VE carries the file to the other nodes and reloads by itself.
  await Promise.all((cluster.pve ? [first] : names).map((name) => session.run(name, write, after)));
  if (!cluster.pve) await session.run(first, 'corosync-cfgtool -R');
  const live = "timeout 20 sh -c 'until corosync-cmapctl -g quorum.device.model >/dev/null 2>&1; do sleep 0.1; done'";
  await onEach(names, session, live);
}

async function startDevices(session: SshSession, cluster: LabCluster): Promise<void> {
  const names = cluster.nodes.map(({ name }) => name);
  await onEach(names, session, 'systemctl enable --now corosync-qdevice 2>&1');
  const vote = 'timeout 30 sh -c \'until corosync-quorumtool -s | grep -q " A,V,"; do sleep 0.1; done\'';
  await onEach(names, session, vote);
  await onEach(names, session, 'corosync-quorumtool -s');
}

async function onEach(hosts: readonly string[], session: SshSession, line: string): Promise<void> {
  await Promise.all(hosts.map((host) => session.run(host, line)));
}
