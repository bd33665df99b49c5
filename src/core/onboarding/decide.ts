import { deviceObstacles } from '../corosync/conf/check.ts';
import { cmapOf } from '../corosync/conf/cmap.ts';
import { addDevice, withConfigVersion, type SetAside } from '../corosync/conf/edit.ts';
import { netDevice } from '../corosync/conf/net-device.ts';
import { onlyAllowedDifference } from '../corosync/conf/difference.ts';
import { parse } from '../corosync/conf/parse.ts';
import { print } from '../corosync/conf/print.ts';
import { pveObstacles } from '../corosync/conf/pve.ts';
import { readConf, type ConfView } from '../corosync/conf/read.ts';
import type { CorosyncConf } from '../corosync/conf/tree.ts';
import { error, fail, hasError, succeed, type Finding, type Result } from '../finding.ts';
import type { HostAddress } from '../names.ts';
import { adviceFor } from '../quorum/advice.ts';
import { deviceFor, forecast, quorumOf, type Device, type Forecast } from '../quorum/arithmetic.ts';
import { CLUSTER_RULES } from './cluster-rules.ts';
import { hostFindings } from './host-rules.ts';
import { NODE_RULES } from './node-rules.ts';
import { seenArbiter, seenNodes, type OnboardingSituation, type SeenNode } from './situation.ts';

/** A version of corosync.conf as a byte string. */
export interface ConfigVersion {
  readonly text: string;
  readonly version: string;
}

/** What an onboarding will do, decided from one look at everything. */
export interface OnboardingDecision {
  readonly device: Device;
  readonly setAside: SetAside;
  readonly before: ConfigVersion;
  readonly after: ConfigVersion;
  /** `before` under the version above `after`: what an undo writes once `after` runs anywhere. */
  readonly restored: ConfigVersion;
  /** Node votes that make quorum beside the device, and without it. */
  readonly votesAfter: number;
  readonly votesRestored: number;
}

export interface Verdict {
  /** null when anything speaks against it. */
  readonly decision: OnboardingDecision | null;
  readonly findings: readonly Finding[];
  readonly quorum: Forecast | null;
}

/** Decides an onboarding: what will be written, or everything that speaks against it. */
export const decideOnboarding = (situation: OnboardingSituation): Verdict => {
  const seen = obstacles(situation);
  const first = seenNodes(situation.nodes)[0];
  const config = first ? configOf(first) : null;
  if (!config?.ok) return { decision: null, findings: [...seen, ...(config?.findings ?? [])], quorum: null };
  const { conf, view } = config.value;
  const nodeCount = situation.nodes.length;
  const findings = [...seen, ...configFindings(situation, conf, view), ...adviceFor({ nodeCount, acceptOddNodeRisk: situation.acceptOddNodeRisk })];
  const quorum = forecast(nodeCount, { twoNode: view.quorum.twoNode });
  if (hasError(findings)) return { decision: null, findings, quorum };
  const edited = edit(situation, conf, view);
  return edited.ok ? { decision: edited.value, findings, quorum } : { decision: null, findings: [...findings, ...edited.findings], quorum };
};

const obstacles = (situation: OnboardingSituation): Finding[] => {
  const { nodes, arbiter } = situation;
  const unreachable = [...nodes.map(({ found }) => found), arbiter.found].flatMap((found) => ('unreachable' in found ? [found.unreachable] : []));
  const arbiterFacts = seenArbiter(arbiter);
  return [
    ...unreachable,
    ...seenNodes(nodes).flatMap((node) => nodeFindings(node, situation)),
    ...(arbiterFacts ? hostFindings(arbiterFacts, arbiter.name) : []),
    ...CLUSTER_RULES.flatMap((rule) => rule.check(situation)),
  ];
};

const nodeFindings = (node: SeenNode, situation: OnboardingSituation): Finding[] => [
  ...hostFindings(node.facts, node.address),
  ...NODE_RULES.map((rule) => rule.check(node, situation)).filter((finding) => finding !== null),
];

interface ReadConfig {
  readonly conf: CorosyncConf;
  readonly view: ConfView;
}

/** atob gives one character a byte: the byte string that `parse` takes. */
const configOf = ({ facts }: SeenNode): Result<ReadConfig> | null => {
  if (facts.config === null) return null;
  const conf = parse(atob(facts.config));
  if (!conf.ok) return conf;
  const view = readConf(conf.value);
  return view.ok ? succeed({ conf: conf.value, view: view.value }) : fail(...view.findings, ...deviceObstacles(conf.value));
};

const configFindings = (situation: OnboardingSituation, conf: CorosyncConf, view: ConfView): Finding[] => {
  const { cluster, nodes } = situation;
  const running = seenNodes(nodes)[0]?.facts.runningVersion;
  const findings: Finding[] = [...deviceObstacles(conf, { algorithm: deviceFor(nodes.length).algorithm })];
  if (cluster.kind === 'pve') findings.push(...pveObstacles(conf));
  if (cmapOf(conf).has('totem.key')) {
    findings.push(
      error('inline_key', cluster.name, 'corosync.conf holds the cluster’s key (totem.key), which must not leave the nodes. Keep it in /etc/corosync/authkey instead.'),
    );
  }
  if (view.clusterName !== cluster.name) {
    findings.push(
      error('cluster_name_differs', cluster.name, `The cluster calls itself "${view.clusterName}", not "${cluster.name}": register it under its own name, letter for letter.`, {
        actual: view.clusterName,
      }),
    );
  }
  if (view.nodes.length !== nodes.length) {
    findings.push(
      error('node_set_differs', cluster.name, `corosync.conf lists ${view.nodes.length} nodes, but ${nodes.length} are registered. Register all nodes of the cluster.`, {
        configured: view.nodes.length,
        registered: nodes.length,
      }),
    );
  }
  if (running !== undefined && running !== null && running !== String(view.configVersion)) {
    findings.push(error('config_not_running', cluster.name, `corosync runs version ${running}, its file is version ${view.configVersion}: reload or repair it first.`));
  }
  return findings;
};

const edit = (situation: OnboardingSituation, conf: CorosyncConf, view: ConfView): Result<OnboardingDecision> => {
  const { arbiter, nodes } = situation;
  const device = deviceFor(nodes.length);
  const written = netDevice(arbiter.address as HostAddress, device.algorithm, arbiter.port);
  if (!written.ok) return written;
  const added = addDevice(conf, written.value);
  if (!added.ok) return added;
  const after = withConfigVersion(added.value.conf, view.configVersion + 1);
  const restored = withConfigVersion(conf, view.configVersion + 2);
  if (!after.ok) return after;
  if (!restored.ok) return restored;
  // The last check is on the very text that will be written (invariant 13).
  const strays = onlyAllowedDifference(conf, after.value);
  if (strays.length > 0) return fail(...strays);
  return succeed({
    device,
    setAside: added.value.setAside,
    before: { text: print(conf), version: String(view.configVersion) },
    after: { text: print(after.value), version: String(view.configVersion + 1) },
    restored: { text: print(restored.value), version: String(view.configVersion + 2) },
    votesAfter: quorumOf(nodes.length + device.votes),
    // With two_node back one vote would do, but an undo is only sure while all that were there still are.
    votesRestored: quorumOf(nodes.length),
  });
};
