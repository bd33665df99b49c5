import type { ClusterSituation } from '../gates/situation.ts';

/** Everything that an onboarding is decided from. */
export interface OnboardingSituation extends ClusterSituation {
  readonly acceptOddNodeRisk: boolean;
}
