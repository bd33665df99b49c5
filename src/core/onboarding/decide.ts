import { deviceObstacles } from '../corosync/conf/check.ts';
import { addDevice, withConfigVersion, type SetAside } from '../corosync/conf/edit.ts';
import { netDevice } from '../corosync/conf/net-device.ts';
import { onlyAllowedDifference } from '../corosync/conf/difference.ts';
import { parse } from '../corosync/conf/parse.ts';
import { print } from '../corosync/conf/print.ts';
import { readConf, type ConfView } from '../corosync/conf/read.ts';
import type { CorosyncConf } from '../corosync/conf/tree.ts';
import { fail, hasError, succeed, type Finding, type Result } from '../finding.ts';
import { CONFIG_GATES, type ReadConfig } from '../gates/config-gates.ts';
import { gateFindings } from '../gates/gates.ts';
import { seenNodes, type SeenNode } from '../gates/situation.ts';
import type { HostAddress } from '../names.ts';
import { adviceFor } from '../quorum/advice.ts';
import { deviceFor, forecast, quorumOf, type Device, type Forecast } from '../quorum/arithmetic.ts';
import { CLUSTER_RULES } from './cluster-rules.ts';
import { CONFIG_RULES } from './config-rules.ts';
import { NODE_RULES } from './node-rules.ts';
import type { OnboardingSituation } from './situation.ts';

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
  const findings = [
    ...seen,
    ...CONFIG_GATES.flatMap((gate) => gate.check(config.value, situation)),
    ...CONFIG_RULES.flatMap((rule) => rule.check(config.value, situation)),
    ...adviceFor({ nodeCount, acceptOddNodeRisk: situation.acceptOddNodeRisk }),
  ];
  const quorum = forecast(nodeCount, { twoNode: view.quorum.twoNode });
  if (hasError(findings)) return { decision: null, findings, quorum };
  const edited = edit(situation, conf, view);
  return edited.ok
    ? { decision: edited.value, findings, quorum }
    : { decision: null, findings: [...findings, ...edited.findings], quorum };
};

const obstacles = (situation: OnboardingSituation): Finding[] => [
  ...gateFindings(
    situation,
    (node) => NODE_RULES.map((rule) => rule.check(node)).filter((finding) => finding !== null),
    false,
  ),
  ...CLUSTER_RULES.flatMap((rule) => rule.check(situation)),
];

/** atob gives one character a byte: the byte string that `parse` takes. */
const configOf = ({ facts }: SeenNode): Result<ReadConfig> | null => {
  if (facts.config === null) return null;
  const conf = parse(atob(facts.config));
  if (!conf.ok) return conf;
  const view = readConf(conf.value);
  // The obstacles begin with what makes the file unreadable, and go on to what can be judged all the same.
  return view.ok ? succeed({ conf: conf.value, view: view.value }) : fail(...deviceObstacles(conf.value));
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
