import { textsOfChange, type ConfTexts } from '../corosync/conf/change.ts';
import { removeDevice } from '../corosync/conf/edit.ts';
import { hasError, succeed, warning, type Finding, type Result } from '../finding.ts';
import { CONFIG_GATES, type ReadConfig } from '../gates/config-gates.ts';
import { gateFindings } from '../gates/gates.ts';
import { configOf } from '../gates/node-config.ts';
import { seenNodes } from '../gates/situation.ts';
import type { QuorumForecast } from '../jobs/plan.ts';
import { figures, type Device } from '../quorum/arithmetic.ts';
import { deviceFindings, nodeObstacle, OFFBOARDING_RULES, votesNeeded } from './rules.ts';
import type { OffboardingSituation } from './situation.ts';

/** What an offboarding will do, decided from one look at everything. */
export interface OffboardingDecision extends ConfTexts {
  /** Node votes that make quorum without the device, and beside it once an undo has put it back. */
  readonly votesAfter: number;
  readonly votesRestored: number;
}

export interface OffboardingVerdict {
  /** null when anything speaks against it. */
  readonly decision: OffboardingDecision | null;
  readonly findings: readonly Finding[];
  readonly quorum: QuorumForecast | null;
}

/** Decides an offboarding: what will be written, or everything that speaks against it. */
export const decideOffboarding = (situation: OffboardingSituation): OffboardingVerdict => {
  const seen = obstacles(situation);
  const first = seenNodes(situation.nodes)[0];
  const config = first ? configOf(first) : null;
  if (!config?.ok) return { decision: null, findings: [...seen, ...(config?.findings ?? [])], quorum: null };
  const findings = [
    ...seen,
    ...CONFIG_GATES.flatMap((gate) => gate.check(config.value, situation)),
    ...deviceFindings(config.value, situation),
  ];
  if (hasError(findings)) return { decision: null, findings, quorum: forecastOf(situation) };
  const edited = edit(situation, config.value);
  const all = [...findings, ...edited.findings, ...situation.absent.map(({ address }) => leftBehind(address))];
  return { decision: edited.ok ? edited.value : null, findings: all, quorum: forecastOf(situation) };
};

const obstacles = (situation: OffboardingSituation): Finding[] => [
  ...gateFindings(situation, (node) => [nodeObstacle(node)].filter((finding) => finding !== null)),
  ...OFFBOARDING_RULES.flatMap((rule) => rule.check(situation)),
];

const edit = (situation: OffboardingSituation, { conf, view }: ReadConfig): Result<OffboardingDecision> => {
  const removed = removeDevice(conf, situation.setAside ?? undefined);
  if (!removed.ok) return removed;
  const texts = textsOfChange(conf, removed.value, view.configVersion);
  if (!texts.ok) return texts;
  const { withDevice, without } = votesNeeded(situation);
  // With two_node back one vote would do, but nothing is changed unless a majority is there.
  return succeed({ ...texts.value, votesAfter: without, votesRestored: withDevice }, removed.findings);
};

/** With every node up: an absent one counts again when it is back. */
const forecastOf = ({ nodes, absent, device, setAside }: OffboardingSituation): QuorumForecast | null => {
  const nodeCount = nodes.length + absent.length;
  if (device === null || nodeCount === 0) return null;
  const twoNode = (setAside?.lines.length ?? 0) > 0;
  const shape = (had: Device | null) => ({ nodeCount, device: had, twoNode: had === null && twoNode });
  const after = figures({ ...shape(null), arbiter: 'down' });
  return { now: figures({ ...shape(device), arbiter: 'up' }), after, afterWithoutQdevice: after };
};

const leftBehind = (address: string): Finding =>
  warning(
    'node_left_behind',
    address,
    `${address} keeps its device, key and certificate until it is back; the arbiter refuses that certificate from now on, which cannot be tried from there. Keep corosync stopped on it until another offboard job has cleared it.`,
  );
