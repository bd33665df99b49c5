import type { ClusterKind } from '../clusters/cluster.entity.ts';
import { bytesOf } from '../core/corosync/conf/bytes.ts';
import type { ConfigVersion, ConfTexts } from '../core/corosync/conf/change.ts';
import type { SeenNode } from '../core/gates/situation.ts';
import { sha256 } from '../platform/crypto/digest.ts';
import type { ConfigChange, ConfigText, RestoreTimer } from './steps/config-change.ts';

/** A decided change of corosync.conf as its steps carry it out, on these nodes. */
export const configChange = (
  kind: ClusterKind,
  {
    before,
    after,
    restored,
    votesAfter,
    votesRestored,
  }: ConfTexts & Pick<ConfigChange, 'votesAfter' | 'votesRestored'>,
  nodes: readonly SeenNode[],
  restore: RestoreTimer,
): ConfigChange => ({
  nodes: nodes.map((node) => ({ hostId: node.id, subject: node.address })),
  master: kind === 'pve',
  before: asText(before),
  after: asText(after),
  restored: asText(restored),
  votesAfter,
  votesRestored,
  restore,
});

const asText = ({ text, version }: ConfigVersion): ConfigText => {
  const bytes = bytesOf(text);
  return { base64: Buffer.from(bytes).toString('base64'), sha256: sha256(bytes), version };
};
