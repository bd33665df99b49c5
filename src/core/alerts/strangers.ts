/**
 * Findings that say: somebody is at the arbiter who may not be, or who cannot be told from one. They are raised at once,
 * on the cluster whose name is used and on the instance that listed it.
 */
export const STRANGER_CODES: readonly string[] = [
  'unexpected_client',
  'client_duplicated',
  'client_not_verified',
  'cluster_name_collision',
  'cluster_listed_twice',
];
