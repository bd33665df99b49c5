import { error, type Finding } from '../../finding.ts';
import { cmapOf, type Cmap } from './cmap.ts';
import { isSameDevice, type NetDevice } from './net-device.ts';
import { readConf } from './read.ts';
import { readDevice } from './read-device.ts';
import { nodeVotes } from './read-nodes.ts';
import { readQuorumOptions, type QuorumOptions } from './read-quorum.ts';
import { isWithin, type CorosyncConf } from './tree.ts';
import { itemsOf, sectionsOf } from './walk.ts';

/** What is known of the device that is to be added. */
export interface Intent {
  /** Without it, what hangs on the algorithm is not judged. */
  readonly algorithm?: NetDevice['algorithm'];
  /** What we ourselves wrote in an earlier attempt: exactly this device is no obstacle. */
  readonly ownMemo?: { readonly device: NetDevice };
}

/** What the rules look at. */
interface Candidate extends Intent {
  readonly conf: CorosyncConf;
  readonly cmap: Cmap;
  readonly options: QuorumOptions;
  readonly votes: readonly number[];
}

interface Rule {
  readonly code: string;
  readonly subject: string;
  readonly forbids: (candidate: Candidate) => boolean;
  readonly because: string;
  readonly instead: string;
  readonly source: string;
}

/**
 * When a device must not be added, in the order in which a person would want to hear of it. Corosync itself sees most
 * of these only after a restart; at a reload it says "disabling quorum device operations" and goes on, which is how a
 * cluster comes to stand without the vote it was promised.
 */
const RULES: readonly Rule[] = [
  {
    code: 'device_already_there',
    subject: 'quorum.device',
    forbids: hasForeignDevice,
    because: 'A quorum device is configured already.',
    instead: 'Remove it first, with the tool that set it up.',
    source: 'pcs quorum.py:add_device and pvecm.pm:setup_qdevice refuse it as well',
  },
  {
    code: 'provider_not_votequorum',
    subject: 'quorum.provider',
    forbids: ({ options }) => options.provider !== 'corosync_votequorum',
    because: 'Votes are only counted by the provider corosync_votequorum.',
    instead: 'Set quorum.provider to corosync_votequorum.',
    source: 'vsf_quorum.c:quorum_exec_init_fn',
  },
  {
    code: 'auto_tie_breaker_set',
    subject: 'quorum.auto_tie_breaker',
    forbids: ({ options }) => options.autoTieBreaker,
    because: 'auto_tie_breaker and a quorum device exclude each other.',
    instead: 'Remove auto_tie_breaker and restart corosync on one node after another.',
    source: 'votequorum.c:votequorum_readconfig',
  },
  {
    code: 'last_man_standing_set',
    subject: 'quorum.last_man_standing',
    forbids: ({ options }) => options.lastManStanding,
    because: 'last_man_standing and a quorum device exclude each other.',
    instead: 'Remove last_man_standing and restart corosync on one node after another.',
    source: 'votequorum.c:votequorum_readconfig',
  },
  {
    code: 'allow_downscale_set',
    subject: 'quorum.allow_downscale',
    forbids: ({ options }) => options.allowDownscale,
    because: 'allow_downscale and a quorum device exclude each other.',
    instead: 'Remove allow_downscale and restart corosync on one node after another.',
    source: 'votequorum.c:votequorum_readconfig',
  },
  {
    code: 'expected_votes_tracking_set',
    subject: 'quorum.expected_votes_tracking',
    forbids: ({ options }) => options.expectedVotesTracking,
    because: 'expected_votes_tracking puts a stored number in the place of the votes that are counted with the device.',
    instead: 'Remove expected_votes_tracking and restart corosync on one node after another.',
    source: 'votequorum.c:votequorum_readconfig',
  },
  {
    code: 'expected_votes_set',
    subject: 'quorum.expected_votes',
    forbids: ({ options }) => options.expectedVotes !== null,
    because: 'quorum.expected_votes overrides the sum of the votes, so the device would not be counted as it must.',
    instead: 'Remove expected_votes; corosync counts the nodelist.',
    source: 'votequorum.c:votequorum_readconfig',
  },
  {
    code: 'node_votes_not_one',
    subject: 'nodelist.node.quorum_votes',
    forbids: ({ votes }) => votes.some((count) => count !== 1),
    because: 'Every node must have exactly one vote: ffsplit refuses others, and lms cannot work out its own.',
    instead: 'Set quorum_votes of every node to 1.',
    source: 'qdevice-net-algo-ffsplit.c; votequorum.c:votequorum_readconfig',
  },
  {
    code: 'too_few_nodes',
    subject: 'nodelist',
    forbids: ({ votes }) => votes.length === 1,
    because: 'A cluster of one node has nothing to arbitrate.',
    instead: 'Add the second node first.',
    source: 'corosync-qdevice(8)',
  },
  {
    code: 'ffsplit_with_odd_node_count',
    subject: 'quorum.device.net.algorithm',
    forbids: ({ algorithm, votes }) => algorithm === 'ffsplit' && votes.length % 2 === 1,
    because:
      'With an odd number of nodes ffsplit makes the number of votes even: nothing is gained, and one loss less is survived while the arbiter is away.',
    instead: 'Choose lms, or leave the cluster without a device.',
    source: 'corosync-qdevice(8): ffsplit "makes sense only for clusters with an even number of nodes"',
  },
  {
    code: 'quorum_section_missing',
    subject: 'quorum',
    forbids: ({ conf }) => !sectionsOf(conf).some(({ path }) => path === 'quorum'),
    because: 'There is no quorum section to put the device into.',
    instead: 'Add a quorum section with the provider.',
    source: 'corosync.conf(5)',
  },
];

/**
 * Everything that forbids giving this cluster a quorum device (invariant 13), and what to do about it.
 *
 * @returns error findings: first what the file lacks to be read as a cluster at all (see `readConf`), then the rules
 * in their order; `params.source` says where each rule comes from. Empty when a device may be added.
 */
export const deviceObstacles = (conf: CorosyncConf, intent: Intent = {}): readonly Finding[] => {
  const cmap = cmapOf(conf);
  const candidate: Candidate = { ...intent, conf, cmap, options: readQuorumOptions(cmap), votes: nodeVotes(cmap) };
  return [
    ...readConf(conf).findings,
    ...RULES.filter((rule) => rule.forbids(candidate)).map(({ code, subject, because, instead, source }) =>
      error(code, subject, `${because} ${instead}`, { source }),
    ),
  ];
};

/** An empty `device` section counts, too: somebody has begun something there. */
function hasForeignDevice({ conf, cmap, ownMemo }: Candidate): boolean {
  const device = readDevice(cmap);
  const isOurs = ownMemo && device.ok && device.value && isSameDevice(device.value, ownMemo.device);
  return hasDevice(conf) && !isOurs;
}

/** True when anything stands at or under `quorum.device`. */
export const hasDevice = (conf: CorosyncConf): boolean =>
  [...itemsOf(conf), ...sectionsOf(conf)].some(({ path }) => isWithin(path, 'quorum.device'));
