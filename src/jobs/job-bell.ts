import { EventEmitter, once } from 'node:events';
import { Injectable } from '@nestjs/common';

/** Rings in this process when something was written of a job, so that whoever waits for it need not ask the database often. */
@Injectable()
export class JobBell {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  ring(jobId: string): void {
    this.emitter.emit(jobId);
  }

  /** Waits for the next ring of this job, at most so long: another process may write of it, whose bell is not heard here. */
  async wait(jobId: string, atMostMs: number, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, AbortSignal.timeout(atMostMs)]);
    await once(this.emitter, jobId, { signal: until }).catch(() => undefined);
  }
}
