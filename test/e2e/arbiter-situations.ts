import type { LabHost } from '../lab/host.ts';
import { Imposter } from './imposter.ts';
import { isNobody, lists, SILENT, SOON, stdoutOf, systemctl, visits, type Scene, type Situation } from './situation.ts';

const arbiter = ({ arbiter: host }: Scene): LabHost => host;

const withoutRestart = '/run/systemd/system/corosync-qnetd.service.d/stay-away.conf';
const OPTIONS = '/etc/default/corosync-qnetd';
/** Beyond the life of a node's certificate, within that of qnetd's own and of its CA. */
const EXPIRED_S = 500 * 86_400;

/** Brings qnetd back, and has every device call it at once: by itself one takes up to ten seconds. */
const comeBack = async ({ arbiter: host, lab }: Scene, line: string): Promise<void> => {
  await host.run(line);
  const nodes = lab.clusters.flatMap(({ nodes: own }) => own);
  await Promise.all(nodes.map((node) => node.run('systemctl restart corosync-qdevice')));
};

/** What befalls the arbiter, and with it every cluster. */
export const OF_THE_ARBITER: readonly Situation[] = [
  {
    name: 'qnetd is stopped',
    cause: systemctl('stop', 'corosync-qnetd', arbiter),
    heal: (scene) => comeBack(scene, 'systemctl start corosync-qnetd'),
    states: ['at-risk'],
    findings: ['qnetd_down'],
    ofArbiter: ['qnetd_down'],
    alerts: ['vote_absent', 'arbiter_degraded@arbiter'],
    withinS: SOON,
  },
  {
    name: 'qnetd was killed and stays away',
    cause: async ({ arbiter: host }) => {
      await host.writeFile(withoutRestart, '[Service]\nRestart=no\n');
      await host.run('systemctl daemon-reload && systemctl kill --signal=KILL corosync-qnetd');
    },
    heal: (scene) =>
      comeBack(
        scene,
        `rm -r ${withoutRestart.replace(/\/[^/]*$/, '')} && systemctl daemon-reload && systemctl restart corosync-qnetd`,
      ),
    states: ['at-risk'],
    findings: ['qnetd_down'],
    ofArbiter: ['qnetd_down'],
    alerts: ['vote_absent', 'arbiter_degraded@arbiter'],
    withinS: SOON,
  },
  {
    name: 'qnetd hangs',
    cause: ({ arbiter: host }) => host.pause('corosync-qnetd'),
    heal: ({ arbiter: host }) => host.resume('corosync-qnetd'),
    states: ['at-risk'],
    findings: ['arbiter_unreadable'],
    ofArbiter: ['qnetd_hung'],
    alerts: ['vote_at_risk', 'arbiter_degraded@arbiter'],
    withinS: SOON,
    alertsWithinS: SILENT,
  },
  {
    name: 'the arbiter has no power',
    cause: ({ arbiter: host }) => host.powerOff(),
    heal: ({ arbiter: host }) => host.powerOn(),
    states: ['at-risk'],
    findings: ['arbiter_unreadable'],
    alerts: ['vote_at_risk', 'arbiter_unreachable@arbiter'],
    withinS: SILENT,
  },
  {
    name: 'the arbiter cannot be reached over ssh',
    cause: ({ lab }) => lab.refuse('arbiter', 22),
    heal: ({ lab }) => lab.heal(['arbiter']),
    states: ['at-risk'],
    findings: ['arbiter_unreadable'],
    alerts: ['vote_at_risk', 'arbiter_unreachable@arbiter'],
    withinS: SOON,
  },
  {
    name: 'the certificates of all nodes have expired, and qnetd was started anew',
    cause: async ({ arbiter: host }) => {
      await host.setClockOffset(EXPIRED_S);
      await host.run('systemctl restart corosync-qnetd');
    },
    heal: async (scene) => {
      await scene.arbiter.setClockOffset(0);
      await comeBack(scene, 'systemctl restart corosync-qnetd');
    },
    fact: isNobody,
    states: ['at-risk'],
    findings: ['cluster_absent_at_arbiter'],
    alerts: ['vote_absent'],
    withinS: SOON,
  },
  {
    name: 'qnetd takes clients without TLS again, and a stranger says that it is a node',
    ...plainly(),
    fact: lists(/Node ID 3:/),
    states: ['at-risk'],
    findings: ['unexpected_client', 'arbiter_accepts_plaintext'],
    ofArbiter: ['unexpected_client', 'client_not_verified', 'arbiter_accepts_plaintext'],
    alerts: ['imposter', 'imposter@arbiter', 'arbiter_degraded@arbiter'],
    withinS: SOON,
  },
  {
    name: 'a node has no power and qnetd is stopped',
    cause: async (scene) => {
      await scene.two.powerOff();
      await scene.arbiter.run('systemctl stop corosync-qnetd');
    },
    heal: async (scene) => {
      await scene.arbiter.run('systemctl start corosync-qnetd');
      await scene.two.powerOn();
    },
    fact: async (scene) => /Quorate:\s+No/.test(await stdoutOf(scene.one, 'corosync-quorumtool -s')),
    states: ['lost'],
    findings: ['quorum_lost', 'qnetd_down'],
    ofArbiter: ['qnetd_down'],
    alerts: ['vote_lost', 'arbiter_degraded@arbiter'],
    withinS: SILENT,
  },
];

/** Somebody edits qnetd's options, and somebody else comes in by that door. */
function plainly(): Pick<Situation, 'cause' | 'heal'> {
  const stranger = visits(({ cluster, arbiter: host }) => Imposter.withoutTls(cluster.name, 3, host));
  let before = '';
  return {
    cause: async (scene) => {
      before = await scene.arbiter.readFile(OPTIONS);
      await scene.arbiter.writeFile(OPTIONS, 'COROSYNC_QNETD_OPTIONS="-s on"\n');
      await scene.arbiter.run('systemctl restart corosync-qnetd');
      await stranger.cause(scene);
    },
    heal: async (scene) => {
      await stranger.heal(scene);
      await scene.arbiter.writeFile(OPTIONS, before);
      await comeBack(scene, 'systemctl restart corosync-qnetd');
    },
  };
}
