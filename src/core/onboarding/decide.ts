import { textsOfChange, type ConfTexts } from '../corosync/conf/change.ts';
import { addDevice, type SetAside } from '../corosync/conf/edit.ts';
import { netDevice } from '../corosync/conf/net-device.ts';
import { hasError, succeed, type Finding, type Result } from '../finding.ts';
import { CONFIG_GATES, type ReadConfig } from '../gates/config-gates.ts';
import { gateFindings } from '../gates/gates.ts';
import { configOf } from '../gates/node-config.ts';
import { seenNodes } from '../gates/situation.ts';
import type { HostAddress } from '../names.ts';
import { adviceFor } from '../quorum/advice.ts';
import { deviceFor, forecast, quorumOf, type Device, type Forecast } from '../quorum/arithmetic.ts';
import { CLUSTER_RULES } from './cluster-rules.ts';
import { CONFIG_RULES } from './config-rules.ts';
import { NODE_RULES } from './node-rules.ts';
import type { OnboardingSituation } from './situation.ts';

/** What an onboarding will do, decided from one look at everything. */
export interface OnboardingDecision extends ConfTexts {
  readonly device: Device;
  readonly setAside: SetAside;
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
  const { view } = config.value;
  const nodeCount = situation.nodes.length;
  const findings = [
    ...seen,
    ...CONFIG_GATES.flatMap((gate) => gate.check(config.value, situation)),
    ...CONFIG_RULES.flatMap((rule) => rule.check(config.value, situation)),
    ...adviceFor({ nodeCount, acceptOddNodeRisk: situation.acceptOddNodeRisk }),
  ];
  const quorum = forecast(nodeCount, { twoNode: view.quorum.twoNode });
  if (hasError(findings)) return { decision: null, findings, quorum };
  const edited = edit(situation, config.value);
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

const edit = (situation: OnboardingSituation, { conf, view }: ReadConfig): Result<OnboardingDecision> => {
  const { arbiter, nodes } = situation;
  const device = deviceFor(nodes.length);
  const written = netDevice(arbiter.address as HostAddress, device.algorithm, arbiter.port);
  if (!written.ok) return written;
  const added = addDevice(conf, written.value);
  if (!added.ok) return added;
  const texts = textsOfChange(conf, added.value.conf, view.configVersion);
  if (!texts.ok) return texts;
  return succeed({
    ...texts.value,
    device,
    setAside: added.value.setAside,
    votesAfter: quorumOf(nodes.length + device.votes),
    // With two_node back one vote would do, but an undo is only sure while all that were there still are.
    votesRestored: quorumOf(nodes.length),
  });
};
