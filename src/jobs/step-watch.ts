import { Injectable } from '@nestjs/common';
import type { JobStep } from './job.entity.ts';

/** The moments of a step: its intent is on record, its effect has happened, its outcome is on record. */
export type StepMoment = 'intended' | 'effected' | 'recorded';

type Watcher = (moment: StepMoment, step: JobStep, direction: 'do' | 'undo') => Promise<void>;

/**
 * Lets somebody stand by at each moment of each step. The service has nobody there; a test that must know what a death
 * at exactly this moment leaves behind has.
 */
@Injectable()
export class StepWatch {
  private watcher: Watcher = () => Promise.resolve();

  observe(watcher: Watcher): void {
    this.watcher = watcher;
  }

  at(moment: StepMoment, step: JobStep, direction: 'do' | 'undo'): Promise<void> {
    return this.watcher(moment, step, direction);
  }
}
