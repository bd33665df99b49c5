import { Injectable } from '@nestjs/common';
import type { Job } from './job.entity.ts';

type Listener = (job: Job) => void;

/** Tells whoever wants to know, in this process, that a job has ended: a look at the votes follows each one. */
@Injectable()
export class JobEnds {
  private readonly listeners: Listener[] = [];

  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  tell(job: Job): void {
    for (const listener of this.listeners) listener(job);
  }
}
