import { error, info, warning, type Finding, type Params } from '../finding.ts';
import { shortened } from './shortened.ts';

/**
 * Every code the vote state can carry. Callers switch on them, so a code is never reused for another meaning.
 * In the order in which they are reported.
 */
export const VOTE_FINDING_CODES = [
  // the verdict
  'quorum_lost',
  'quorum_unproven',
  'no_fresh_node_view',
  'two_quorate_partitions',
  'one_failure_from_loss',
  'no_device',
  'unexpected_device',
  // whether the arbiter was seen
  'arbiter_not_read',
  'arbiter_view_stale',
  'arbiter_unreadable',
  'qnetd_down',
  'arbiter_accepts_plaintext',
  // what the arbiter says of the cluster
  'cluster_absent_at_arbiter',
  'cluster_listed_twice',
  'cluster_name_collision',
  'arbiter_device_differs',
  'unexpected_client',
  // what all views say together
  'unexpected_member',
  'memberships_differ',
  'ring_ids_differ',
  'configured_nodes_differ',
  'parity_flipped',
  'config_versions_differ',
  // whether a node was seen
  'node_not_read',
  'node_view_stale',
  'node_unreachable',
  'node_unreadable',
  'node_is_another',
  'corosync_down',
  // what a node's agent brings
  'agent_silent',
  'node_clock_differs',
  // what a node says
  'quorum_in_transition',
  'node_offline',
  'node_inquorate',
  'quorum_differs',
  'quorum_option_conflicts',
  // what a node's device says
  'device_not_registered',
  'device_not_alive',
  'vote_not_cast',
  'qdevice_down',
  'qdevice_unreadable',
  'device_not_connected',
  'device_without_tls',
  'device_differs',
  // what the arbiter says of a node
  'client_absent',
  'client_duplicated',
  'client_not_verified',
  'client_from_elsewhere',
  'client_undecided',
  'client_vote_refused',
  'views_disagree',
] as const;

export type VoteFindingCode = (typeof VOTE_FINDING_CODES)[number];

export interface VoteFinding extends Finding {
  readonly code: VoteFindingCode;
}

type Say = (code: VoteFindingCode, subject: string, message: string, params?: Params) => VoteFinding;

const closed =
  (say: (code: string, subject: string, message: string, params?: Params) => Finding): Say =>
  (code, subject, message, params = {}) => ({ ...say(code, subject, message, shortened(params)), code });

/** Votes are missing, or may go to the wrong side. Forbids `ok`. */
export const voteError = closed(error);
/** Something is not as it should be, or could not be seen. Forbids `ok` too. */
export const voteWarning = closed(warning);
/** Only explains; the one severity that leaves `ok` standing. */
export const voteInfo = closed(info);
