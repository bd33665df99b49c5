import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { HostRef } from '../hosts/reach-hosts.ts';
import { ReachHosts } from '../hosts/reach-hosts.ts';
import type { HostConnections } from '../platform/ssh/host-connections.ts';
import type { CommandObserver } from '../platform/ssh/transcript.ts';

/** How long connections wait for the job that they were opened for. */
const WAIT_MS = 10_000;

/** The connections of one job, opened with its plan; what their commands are told to may change when the job begins. */
export interface JobConnections {
  readonly hosts: HostConnections<string>;
  observe(observer: CommandObserver): void;
}

/**
 * Where a job's connections wait between its plan, which a request made, and its run, which a worker of this process
 * most often begins a moment later: one connection for each host and job. In any other process the job opens its own.
 */
@Injectable()
export class ConnectionShelf implements OnApplicationShutdown {
  private readonly waiting = new Map<string, { connections: JobConnections; timer: NodeJS.Timeout }>();

  constructor(private readonly reach: ReachHosts) {}

  /** Opens connections to these hosts, each when first needed. */
  open(hosts: readonly HostRef[], observer: CommandObserver): JobConnections {
    let current = observer;
    return { hosts: this.reach.connections(hosts, (record) => current(record)), observe: (next) => (current = next) };
  }

  put(jobId: string, connections: JobConnections): void {
    const timer = setTimeout(() => void this.take(jobId)?.hosts.closeAll(), WAIT_MS);
    timer.unref();
    this.waiting.set(jobId, { connections, timer });
  }

  /** The connections that wait for this job, or null; whoever takes them closes them. */
  take(jobId: string): JobConnections | null {
    const found = this.waiting.get(jobId);
    if (!found) return null;
    clearTimeout(found.timer);
    this.waiting.delete(jobId);
    return found.connections;
  }

  async onApplicationShutdown(): Promise<void> {
    const left = [...this.waiting.keys()].map((jobId) => this.take(jobId));
    await Promise.all(left.flatMap((connections) => (connections ? [connections.hosts.closeAll()] : [])));
  }
}
