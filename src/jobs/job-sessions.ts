import { Injectable } from '@nestjs/common';
import { HostSession, type Permit } from '../hosts/host-session.ts';
import { Installation } from '../hosts/installation.ts';
import { ConnectionShelf } from './connection-shelf.ts';
import { hostsOf } from './job-kind.ts';
import { JobSurroundings } from './job-surroundings.ts';
import type { Journal } from './journal.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { GatedNode } from './step-gates.ts';
import { Transcriber } from './transcriber.ts';

/** The hosts of one running job, each by its id; closed when the job is. */
export interface OpenSessions extends AsyncDisposable {
  readonly of: (hostId: string) => HostSession;
  /** The nodes of the job's cluster; none where it is about an arbiter. */
  readonly nodes: readonly GatedNode[];
}

/** Opens the hosts of a job for change, under its lease and into its transcript. */
@Injectable()
export class JobSessions {
  constructor(
    private readonly surroundings: JobSurroundings,
    private readonly shelf: ConnectionShelf,
    private readonly transcriber: Transcriber,
    private readonly installation: Installation,
  ) {}

  async open(journal: Journal, { lease, signal }: LeaseKeeper): Promise<OpenSessions> {
    const target = await this.surroundings.targetOf(journal.job);
    const hosts = hostsOf(target);
    const installation = await this.installation.id();
    const observe = this.transcriber.live(journal.job.id, () => journal.currentStep);
    const connections = this.shelf.take(journal.job.id) ?? this.shelf.open(hosts, observe);
    connections.observe(observe);
    const permit: Permit = { subject: lease.subject, fence: lease.fence };
    const addressOf = (hostId: string): string => hosts.find((host) => host.id === hostId)?.address ?? hostId;
    return {
      of: (hostId) => new HostSession(hostId, addressOf(hostId), connections.hosts, permit, signal, installation),
      nodes: target.cluster?.nodes ?? [],
      [Symbol.asyncDispose]: () => connections.hosts.closeAll(),
    };
  }
}
