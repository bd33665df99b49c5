import { instant, type Clock, type Instant } from '../../core/time.ts';

/** The only clock of the service that reads the hour; tests hand in their own. */
export class SystemClock implements Clock {
  now(): Instant {
    return instant(Date.now());
  }
}

/** Injection token: `@Inject(CLOCK) clock: Clock`. */
export const CLOCK = Symbol('Clock');
