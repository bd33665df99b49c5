import { FirstSchema1764000000000 } from './1764000000000-first-schema.ts';
import { Installation1764000003000 } from './1764000003000-installation.ts';

/** Every migration, oldest first. One that was released is never changed: a new one follows it. */
export const MIGRATIONS = [FirstSchema1764000000000, Installation1764000003000];
