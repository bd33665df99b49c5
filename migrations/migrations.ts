import { FirstSchema1764000000000 } from './1764000000000-first-schema.ts';
import { Offboarding1764000002000 } from './1764000002000-offboarding.ts';

/** Every migration, oldest first. One that was released is never changed: a new one follows it. */
export const MIGRATIONS = [FirstSchema1764000000000, Offboarding1764000002000];
