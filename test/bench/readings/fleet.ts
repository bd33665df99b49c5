import type { ToolOutput } from '../../../src/core/corosync/tools/tool.ts';
import { printQdeviceStatus } from '../../core/corosync/tools/print-qdevice-tool.ts';
import { printQnetdList, printQnetdStatus } from '../../core/corosync/tools/print-qnetd-tool.ts';
import { printQuorumStatus } from '../../core/corosync/tools/print-quorumtool.ts';
import { CLUSTER, withStatus, world } from '../../core/quorum/worlds.ts';

/** What a two-node cluster and its arbiter print, in the two conditions that the benchmark knows. */
export type Condition = 'well' | 'without-arbiter';

/** Which cluster is without the arbiter in which minute. */
export type Fortune = (cluster: number, minute: number) => Condition;

/** Of one cluster in fifty something else is said in each minute, and of those before that all is well again. */
export const mostDays: Fortune = (cluster, minute) => (cluster % 50 === minute % 50 ? 'without-arbiter' : 'well');

export const CLUSTERS_OF_ONE = 100;
export const NODES_OF_ONE = 2;

const FORMAT = { hexadecimalIds: false, decimalRingId: false, quorateIsExitCode1: false };
const WORLDS = { well: world({ nodeCount: 2 }), 'without-arbiter': world({ nodeCount: 2, arbiter: 'down' }) };

const told = (stdout: string): ToolOutput => ({ exitCode: 0, stdout, stderr: '' });
const twoDigits = (value: number): string => String(value).padStart(2, '0');

export const nameOf = (cluster: number): string => `cluster-${cluster}`;
/** Of the loopback, so that whoever connects to one leaves the machine in no case. */
export const addressOf = (cluster: number, node: number): string =>
  `127.${Math.floor(cluster / 250)}.${cluster % 250}.${node}`;

/** The printed cluster of the test's worlds, as another one. */
const renamed = (text: string, cluster: number): string =>
  text
    .replaceAll('10.77.1.', `127.${Math.floor(cluster / 250)}.${cluster % 250}.`)
    .replaceAll(`"${CLUSTER}"`, `"${nameOf(cluster)}"`)
    .replaceAll(`\t${CLUSTER}\n`, `\t${nameOf(cluster)}\n`);

const texts = new Map<string, { readonly quorum: string; readonly device: string }>();

const textsOf = (condition: Condition, node: number) => {
  const key = `${condition} ${node}`;
  const view = WORLDS[condition].nodes[node - 1];
  if (!view || !('quorum' in view) || view.quorum.kind !== 'known' || view.device.kind !== 'known')
    throw new Error('no such node');
  const made = texts.get(key) ?? {
    quorum: printQuorumStatus(view.quorum.value, FORMAT),
    device: printQdeviceStatus(view.device.value),
  };
  texts.set(key, made);
  return made;
};

/** What a node says of itself at a moment, with that moment in it as the tools print it. */
export const nodeTools = (cluster: number, node: number, condition: Condition, second: number) => {
  const { quorum, device } = textsOf(condition, node);
  const clock = `${twoDigits(Math.floor(second / 3600) % 24)}:${twoDigits(Math.floor(second / 60) % 60)}:${twoDigits(second % 60)}`;
  return {
    quorum: told(renamed(quorum, cluster).replace(/^Date:.*$/m, `Date:             Sat Nov 22 ${clock} 2025`)),
    device: told(
      renamed(device, cluster).replaceAll(
        /^(Last poll call:|Echo reply received:)(\t+)\S+/gm,
        `$1$22025-11-22T${clock}`,
      ),
    ),
  };
};

const ofArbiter = withStatus({})(WORLDS.well).arbiter;
if (ofArbiter?.status?.kind !== 'known' || ofArbiter.reading.kind !== 'known') throw new Error('no arbiter here');
const STATUS = ofArbiter.status.value;
const LISTED = printQnetdList(ofArbiter.reading.value.filter(({ name }) => name === CLUSTER));

/** What the qnetd of these clusters says; those that are without it are not connected. */
export const arbiterTools = (clusters: readonly { readonly cluster: number; readonly condition: Condition }[]) => {
  const connected = clusters.filter(({ condition }) => condition === 'well');
  const status = {
    ...STATUS,
    connectedClusters: connected.length,
    connectedClients: connected.length * NODES_OF_ONE,
  };
  return {
    status: told(printQnetdStatus(status)),
    clients: told(connected.map(({ cluster }) => renamed(LISTED, cluster)).join('')),
  };
};
