import type { LabHost } from '../lab/host.ts';
import { reload, rewrite } from './hand-edits.ts';
import { Imposter } from './imposter.ts';
import {
  isNobody,
  lacks,
  lists,
  NODES,
  SILENT,
  SOON,
  stdoutOf,
  systemctl,
  visits,
  type Scene,
  type Situation,
} from './situation.ts';

const NODE_TWO = /Node ID 2:/;
const isAlone = lists(/Membership node list:\t[12]\n/);

const two = ({ two: host }: Scene): LabHost => host;
const startDevice = (scene: Scene) =>
  scene.two.run('systemctl reset-failed corosync-qdevice; systemctl start corosync-qdevice');
const namesOf = ({ cluster }: Scene): string[] => cluster.nodes.map(({ name }) => name);

const DATABASE = '/etc/corosync/qdevice/net/nssdb';
/** A certificate of nobody's CA in the place of the node's own. */
const forge = ({ two: node, cluster }: Scene) =>
  node.run(
    `cp -a ${DATABASE}/. /root/kept && cd ${DATABASE} && certutil -D -d . -n 'Cluster Cert' -f pwdfile.txt &&
     head -c 64 /dev/urandom >/root/noise &&
     certutil -S -x -s CN=${cluster.name} -t u,u,u -m 7 -v 12 -z /root/noise -d . -n 'Cluster Cert' -f pwdfile.txt >/dev/null &&
     systemctl restart corosync-qdevice`,
  );

const NODE_THREE = 'node {\n nodeid: 3\n ring0_addr: 10.77.99.3\n quorum_votes: 1\n }';
const withThree = (text: string): string => text.replace('nodelist {\n', `nodelist {\n  ${NODE_THREE}\n`);
const withoutThree = (text: string): string => text.replace(`  ${NODE_THREE}\n`, '');

const foreigner = visits(({ two: node, cluster, arbiter: host }) =>
  Imposter.withCertificateOf(node, cluster.name, 3, host),
);
const double = visits(async ({ two: node, cluster, arbiter: host }) => {
  await node.run('systemctl stop corosync-qdevice');
  const guest = await Imposter.withCertificateOf(node, cluster.name, 2, host);
  await node.run('systemctl start corosync-qdevice');
  return guest;
});

/** Has a tool of a node say for ever what it says now, as a node would that was taken over, or that sends again what it sent once. */
const parrot = (node: LabHost, line: string) => {
  const path = `/usr/local/sbin/${line.split(' ', 1)[0]}`;
  return node.run(
    `${line} >/root/said; code=$?; { echo '#!/bin/sh'; echo "cat <<'SAID'"; cat /root/said; echo SAID; echo "exit $code"; } >${path}; chmod 755 ${path}`,
  );
};

/** What befalls one cluster and nothing else, so that clusters can be in several of these at once. In an order in which each lane takes as long. */
export const OF_A_CLUSTER: readonly Situation[] = [
  {
    name: 'a node cannot be reached over ssh',
    cause: ({ lab, two: node }) => lab.refuse(node.name, 22),
    heal: ({ lab, two: node }) => lab.heal([node.name]),
    states: ['at-risk'],
    findings: ['node_unreachable@two'],
    alerts: ['vote_at_risk'],
    withinS: NODES,
  },
  {
    name: 'a node has no power',
    cause: (scene) => scene.two.powerOff(),
    heal: (scene) => scene.two.powerOn(),
    fact: isAlone,
    states: ['at-risk'],
    findings: ['memberships_differ|node_offline@two'],
    alerts: ['vote_at_risk'],
    withinS: SOON,
  },
  {
    name: 'a node is cut from qnetd only',
    cause: ({ lab, two: node }) => lab.partition([node.name], ['arbiter']),
    heal: ({ lab, two: node }) => lab.rejoin([node.name], ['arbiter']),
    fact: lacks(NODE_TWO),
    states: ['at-risk'],
    findings: ['client_absent@two'],
    alerts: ['vote_at_risk'],
    withinS: SOON,
  },
  {
    name: 'qdevice was killed on a node and stays away',
    cause: (scene) => scene.two.run('systemctl kill --signal=KILL corosync-qdevice; systemctl stop corosync-qdevice'),
    heal: startDevice,
    fact: lacks(NODE_TWO),
    states: ['at-risk'],
    findings: ['client_absent@two'],
    alerts: ['vote_at_risk'],
    withinS: SOON,
  },
  {
    name: 'the nodes are cut from each other, and both reach qnetd',
    cause: ({ lab, one: first, two: second }) => lab.partition([first.name], [second.name]),
    heal: ({ lab, one: first, two: second }) => lab.rejoin([first.name], [second.name]),
    fact: lists(/NACK/),
    states: ['at-risk'],
    findings: ['client_vote_refused@two', 'memberships_differ'],
    alerts: ['vote_at_risk', 'next_failure_fatal'],
    withinS: SOON,
  },
  {
    name: 'qdevice hangs on a node',
    cause: (scene) => scene.two.pause('corosync-qdevice'),
    heal: (scene) => scene.two.resume('corosync-qdevice'),
    fact: lacks(NODE_TWO),
    states: ['at-risk'],
    findings: ['client_absent@two'],
    alerts: ['vote_at_risk'],
    withinS: SOON,
  },
  {
    name: 'a node does not speak TLS',
    cause: async (scene) => {
      await rewrite([scene.two], (text) => text.replace('tls: required', 'tls: off'));
      await scene.two.run('corosync-cfgtool -R && systemctl restart corosync-qdevice');
    },
    heal: async (scene) => {
      await rewrite([scene.two], (text) => text.replace('tls: off', 'tls: required'));
      await scene.two.run('corosync-cfgtool -R');
      await startDevice(scene);
    },
    fact: lacks(NODE_TWO),
    states: ['at-risk'],
    findings: ['client_absent@two'],
    alerts: ['vote_at_risk'],
    withinS: SOON,
  },
  {
    name: 'a node is cut from everything',
    cause: (scene) => scene.two.cut(),
    heal: (scene) => scene.two.plug(),
    fact: isAlone,
    states: ['at-risk'],
    findings: ['memberships_differ|node_offline@two'],
    alerts: ['vote_at_risk'],
    withinS: SOON,
  },
  {
    name: 'corosync hangs on a node',
    cause: (scene) => scene.two.pause('corosync'),
    heal: (scene) => scene.two.resume('corosync'),
    fact: isAlone,
    states: ['at-risk'],
    findings: ['memberships_differ|node_offline@two'],
    alerts: ['vote_at_risk'],
    withinS: SOON,
  },
  {
    name: 'a node has a certificate of another CA',
    cause: forge,
    heal: (scene) =>
      scene.two.run(`cp -a /root/kept/. ${DATABASE} && rm -r /root/kept && systemctl restart corosync-qdevice`),
    fact: lacks(NODE_TWO),
    states: ['at-risk'],
    findings: ['client_absent@two'],
    alerts: ['vote_at_risk'],
    withinS: SOON,
  },
  {
    name: 'the node with the lowest id is cut from everything',
    cause: (scene) => scene.one.cut(),
    heal: (scene) => scene.one.plug(),
    fact: isAlone,
    states: ['at-risk'],
    findings: ['memberships_differ|node_offline@one'],
    alerts: ['vote_at_risk'],
    withinS: SOON,
  },
  {
    name: 'a stranger with a stolen certificate has the id of a node',
    ...double,
    heal: async (scene) => {
      await double.heal(scene);
      await scene.two.run('systemctl restart corosync-qdevice');
    },
    fact: lists(/:10\.77\.0\.1:/),
    states: ['at-risk'],
    findings: ['client_undecided@two'],
    ofArbiter: ['client_from_elsewhere'],
    alerts: ['imposter', 'imposter@arbiter'],
    withinS: SOON,
  },
  {
    name: 'a node was added by hand',
    cause: (scene) => reload(scene.cluster.nodes, withThree),
    heal: (scene) => reload(scene.cluster.nodes, withoutThree),
    fact: lists(/Configured node list:\t3, 1, 2|Configured node list:\t1, 2, 3/),
    states: ['at-risk'],
    findings: ['configured_nodes_differ'],
    alerts: ['membership_differs'],
    withinS: SOON,
  },
  {
    name: 'a stranger with a stolen certificate is one more node',
    ...foreigner,
    fact: lists(/Node ID 3:/),
    states: ['at-risk'],
    findings: ['unexpected_client'],
    ofArbiter: ['unexpected_client'],
    alerts: ['imposter', 'imposter@arbiter'],
    withinS: SOON,
  },
  {
    name: 'a node lies: its quorum is told as it was when all was well, and qdevice is stopped',
    cause: async ({ two: node }) => {
      await parrot(node, 'corosync-quorumtool -s');
      await parrot(node, 'corosync-qdevice-tool -sv');
      await node.run('systemctl stop corosync-qdevice');
    },
    heal: async (scene) => {
      await scene.two.run('rm /usr/local/sbin/corosync-*');
      await startDevice(scene);
    },
    fact: lacks(NODE_TWO),
    states: ['at-risk'],
    findings: ['client_absent@two', 'views_disagree@two'],
    alerts: ['vote_at_risk'],
    withinS: SOON,
  },
  {
    name: 'corosync is stopped on a node',
    cause: systemctl('stop', 'corosync', two),
    heal: (scene) => scene.two.run('systemctl start corosync && systemctl start corosync-qdevice'),
    fact: lacks(NODE_TWO),
    states: ['at-risk'],
    findings: ['client_absent@two'],
    alerts: ['vote_at_risk'],
    withinS: SOON,
  },
  {
    name: 'the nodes are cut from each other, and qnetd from both',
    cause: async (scene) => {
      await scene.lab.partition(['arbiter'], namesOf(scene));
      await scene.lab.partition([scene.one.name], [scene.two.name]);
    },
    heal: async (scene) => {
      await scene.lab.rejoin([scene.one.name], [scene.two.name]);
      await scene.lab.rejoin(['arbiter'], namesOf(scene));
    },
    fact: async (scene) => /Quorate:\s+No/.test(await stdoutOf(scene.two, 'corosync-quorumtool -s')),
    states: ['lost'],
    findings: ['quorum_lost', 'cluster_absent_at_arbiter'],
    alerts: ['vote_lost'],
    withinS: SILENT,
  },
  {
    name: 'qdevice is stopped on a node',
    cause: systemctl('stop', 'corosync-qdevice', two),
    heal: startDevice,
    fact: lacks(NODE_TWO),
    states: ['at-risk'],
    findings: ['client_absent@two'],
    alerts: ['vote_at_risk', 'next_failure_fatal'],
    withinS: SOON,
  },
  {
    name: 'no node reaches the arbiter, but the service does',
    cause: (scene) => scene.lab.partition(['arbiter'], namesOf(scene)),
    heal: (scene) => scene.lab.rejoin(['arbiter'], namesOf(scene)),
    fact: isNobody,
    states: ['at-risk'],
    findings: ['cluster_absent_at_arbiter'],
    alerts: ['vote_absent'],
    withinS: SOON,
  },
];
