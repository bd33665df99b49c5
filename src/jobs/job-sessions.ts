import { Injectable } from '@nestjs/common';
import { FreezeWatch } from '../freeze/freeze-watch.ts';
import { HostSession, type Permit } from '../hosts/host-session.ts';
import { ConnectionShelf } from './connection-shelf.ts';
import { Interruption } from './interruption.ts';
import { hostsOf } from './job-kind.ts';
import { JobSurroundings } from './job-surroundings.ts';
import { JobTools } from './job-tools.ts';
import type { Journal } from './journal.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { Transcriber } from './transcriber.ts';

/** The hosts of one running job, each by its id; closed when the job is. */
export interface OpenSessions extends AsyncDisposable {
  readonly of: (hostId: string) => HostSession;
  /** Demanded before each change of a host, and before a stage is begun. */
  readonly permit: Permit;
  /** Given when all work on hosts has to stop; its reason is `LeaseLost`, `ServiceFrozen` or `CutOff`. */
  readonly signal: AbortSignal;
}

/** Opens the hosts of a job for change, under its lease and into its transcript. */
@Injectable()
export class JobSessions {
  constructor(
    private readonly surroundings: JobSurroundings,
    private readonly shelf: ConnectionShelf,
    private readonly transcriber: Transcriber,
    private readonly tools: JobTools,
    private readonly freezes: FreezeWatch,
  ) {}

  /** @param stop given when the service is to stop */
  async open(journal: Journal, keeper: LeaseKeeper, stop: AbortSignal): Promise<OpenSessions> {
    const hosts = hostsOf(await this.surroundings.targetOf(journal.job));
    const observe = this.transcriber.live(journal.job.id, () => journal.currentStep);
    const connections = this.shelf.take(journal.job.id) ?? this.shelf.open(hosts, observe);
    connections.observe(observe);
    const interruption = new Interruption({ lost: keeper.signal, freeze: this.freezes.guard(), stop });
    const { signal } = interruption;
    // What runs on a host ends with its connection (`scriptInput`); a login that is still under way is given up.
    signal.addEventListener('abort', () => void connections.hosts.closeAll(), { once: true });
    const permit = this.permitUnder(keeper);
    const addressOf = (hostId: string): string => hosts.find((host) => host.id === hostId)?.address ?? hostId;
    return {
      of: (hostId) => new HostSession(hostId, addressOf(hostId), connections.hosts, permit, signal),
      permit,
      signal,
      [Symbol.asyncDispose]: async () => {
        interruption[Symbol.dispose]();
        await connections.hosts.closeAll();
      },
    };
  }

  private permitUnder(keeper: LeaseKeeper): Permit {
    return {
      subject: keeper.lease.subject,
      fence: keeper.lease.fence,
      demand: async () => {
        await keeper.demand(this.tools.database.read);
        await this.freezes.demandNone();
      },
    };
  }
}
