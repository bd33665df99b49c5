import type { Finding } from '../finding.ts';

/** Somebody is at the arbiter who may not be, or who cannot be told from one: seen of the cluster, or of the instance. */
const STRANGER_CODES: readonly string[] = [
  'unexpected_client',
  'client_of_unknown_cluster',
  'client_from_elsewhere',
  'client_appears_twice',
  'client_duplicated',
  'client_not_verified',
  'cluster_name_collision',
  'cluster_listed_twice',
];

/** The findings that tell of strangers, but for those that only explain why it is none. */
export const strangersIn = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ code, severity }) => severity !== 'info' && STRANGER_CODES.includes(code));
