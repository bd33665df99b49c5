import type { NodeId } from '../names.ts';
import type { RingId } from '../corosync/tools/tool.ts';
import { valueOf, type NodeEvidence, type World } from './evidence.ts';
import { ownCluster } from './rule.ts';

/** What one fresh view says of the things on which all views must agree. null where that view does not tell. */
export interface Testimony {
  readonly by: string;
  readonly membership: readonly NodeId[] | null;
  readonly ringId: RingId | null;
  readonly configuredNodes: readonly NodeId[] | null;
  readonly configVersion: string | null;
}

const ofNode = ({ address, quorum }: NodeEvidence): Testimony[] => {
  const status = valueOf(quorum);
  if (status === null) return [];
  const membership = status.members.map((member) => member.nodeId);
  return [{ by: address, membership, ringId: status.ringId, configuredNodes: null, configVersion: null }];
};

const ofDevice = ({ address, device }: NodeEvidence): Testimony[] => {
  const daemon = valueOf(device);
  if (daemon === null) return [];
  const { membership, ringId, configVersion } = daemon;
  const configuredNodes = daemon.configuredNodes.map((node) => node.nodeId);
  return [{ by: `qdevice of ${address}`, membership, ringId, configuredNodes, configVersion }];
};

const atArbiter = (world: World): Testimony[] =>
  (ownCluster(world)?.clients ?? [])
    .toSorted((a, b) => a.nodeId - b.nodeId || a.port - b.port)
    .map(({ nodeId, membership, ringId, configuredNodes, configVersion }) => {
      // Between INIT and the first lists a client's ring id is not set yet (`qnetd-client.h`): it says nothing.
      const said = membership === null ? null : ringId;
      return { by: `arbiter for node ${nodeId}`, membership, ringId: said, configuredNodes, configVersion };
    });

/** All fresh testimonies, nodes first, in an order that does not hang on the order of the inputs. */
export const testimoniesIn = (world: World): readonly Testimony[] => {
  const nodes = world.nodes.flatMap(ofNode);
  return world.inventory.device === null ? nodes : [...nodes, ...world.nodes.flatMap(ofDevice), ...atArbiter(world)];
};
