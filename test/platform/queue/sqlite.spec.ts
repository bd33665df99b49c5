import { describe } from 'vitest';
import { conformance } from './conformance.ts';
import { openSqlite } from './store.ts';

describe('the queue in a SQLite file', () => conformance(openSqlite));
