import { Injectable } from '@nestjs/common';
import { AuditStore } from '../../audit/audit.store.ts';
import { ClustersStore } from '../../clusters/clusters.store.ts';
import { theJob } from '../../core/audit/actor.ts';
import { warning, type Finding } from '../../core/finding.ts';
import type { Leftovers } from '../../core/offboarding/leftovers.ts';
import { HostRefusal, type HostSession } from '../../hosts/host-session.ts';
import { SCRIPTS } from '../../hosts/scripts.ts';
import { Database } from '../../platform/database/database.ts';
import { SshFailure } from '../../platform/ssh/ssh-failure.ts';
import { passedOn, planned, type PassedOn, type Step, type StepWork } from '../step.ts';
import type { ConfigText } from './config-change.ts';

interface Input {
  readonly clusterId: string;
  readonly leftovers: Leftovers;
  /** The corosync.conf to write, where the node still has the old one, and that one's SHA-256. */
  readonly config: { readonly text: Omit<ConfigText, 'version'>; readonly insteadOf: string } | null;
}

const LOCAL = '/etc/corosync/corosync.conf';
/** apt-get may wait for another apt-get. */
const PURGE_MS = 300_000;

export const clearLeftovers = (subject: string, hostId: string, input: Input) => ({
  ...planned('clear-leftovers', subject, hostId, input),
  lasting: true,
});

/**
 * Takes from a node what an offboarding leaves there: what is deleted here does not come back, so the step is lasting, and
 * stands where nothing is left that could fail and turn the job back. What a host does not let be taken stays on record as
 * the node's leftovers, is told as a warning, and is taken by another offboard job.
 */
@Injectable()
export class ClearLeftovers implements Step<Input, PassedOn> {
  readonly name = 'clear-leftovers';

  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    private readonly audit: AuditStore,
  ) {}

  async do({ job, host, hostId, subject, input }: StepWork<Input, PassedOn>): Promise<PassedOn> {
    try {
      await clear(host(), input);
    } catch (thrown) {
      if (thrown instanceof HostRefusal || thrown instanceof SshFailure) return passedOn(kept(subject, thrown.finding));
      throw thrown;
    }
    const nodeId = hostId ?? '';
    await this.database.write(async (tx) => {
      const gone = input.leftovers.packages.length > 0 ? { brought: null } : {};
      await this.clusters.keepOfNode(tx, nodeId, { leftovers: null, ...gone });
      await this.audit.record(tx, theJob(job.id), job.customerId, {
        kind: 'node.leftovers-cleared',
        data: { clusterId: input.clusterId, nodeId, address: subject },
      });
    });
    return {};
  }

  /** A lasting step has none: the job does not turn back once it has begun. */
  undo(): Promise<void> {
    return Promise.reject(new Error('what was cleared does not come back'));
  }
}

/** The file before the daemon: nothing may start corosync with the old one meanwhile. Each part does only what is missing. */
const clear = async (session: HostSession, { leftovers, config }: Input): Promise<void> => {
  if (config)
    await session.change(SCRIPTS.swapConfig, {
      args: [LOCAL, config.insteadOf, config.text.sha256, '0'],
      payload: { PAYLOAD_CONFIG: config.text.base64 },
    });
  if (leftovers.device) {
    // A majority of the nodes needs no device's vote any more: the script looks whether there is one.
    await session.change(SCRIPTS.stopQdevice, { args: ['1'] });
    await session.change(SCRIPTS.releaseQdevice);
  }
  if (leftovers.agent) await session.change(SCRIPTS.removeAgent);
  if (leftovers.database) await session.change(SCRIPTS.deleteDatabase);
  if (leftovers.packages.length > 0)
    await session.change(SCRIPTS.purgePackages, { args: leftovers.packages, timeoutMs: PURGE_MS });
};

const kept = (subject: string, cause: Finding): Finding =>
  warning(
    'leftovers_kept',
    subject,
    `${subject} keeps what the offboarding would have taken (see its leftovers): ${cause.message} Mend that, then ask for another offboard job.`,
    { cause: cause.code },
  );
