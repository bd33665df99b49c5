import { FirstSchema1764000000000 } from './1764000000000-first-schema.ts';
import { Freeze1764000001000 } from './1764000001000-freeze.ts';

/** Every migration, oldest first. One that was released is never changed: a new one follows it. */
export const MIGRATIONS = [FirstSchema1764000000000, Freeze1764000001000];
