import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

/** How long a process waits for another process's write before SQLITE_BUSY; one write takes milliseconds. */
const BUSY_MS = 5_000;

const SCHEMA_VERSION = 1;

/**
 * One row per job; its place in life is one column. `prioritized` is a waiting job with a priority above 0, and a pause is
 * a field of `meta`, so neither moves rows. Waiting jobs run by (priority, seq): a lower number is served first, 0 means
 * "no priority" and goes before them all, and a negative `seq` stands before whatever was there (BullMQ's own order).
 * The partial indexes hold only the rows of the state they are named for, and are used where a query names that state.
 */
const TABLES = `
CREATE TABLE job (
  queue TEXT NOT NULL,
  id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'delayed', 'active', 'completed', 'failed')),
  name TEXT NOT NULL,
  data TEXT NOT NULL,
  opts TEXT NOT NULL,
  priority INTEGER NOT NULL,
  delay INTEGER NOT NULL,
  added_at INTEGER NOT NULL,
  due_at INTEGER,
  processed_at INTEGER,
  finished_at INTEGER,
  attempts_made INTEGER NOT NULL DEFAULT 0,
  attempts_started INTEGER NOT NULL DEFAULT 0,
  stalled_counter INTEGER NOT NULL DEFAULT 0,
  lock_token TEXT,
  locked_until INTEGER,
  processed_by TEXT,
  progress TEXT,
  return_value TEXT,
  failed_reason TEXT,
  stacktrace TEXT,
  deferred_failure TEXT,
  deduplication_id TEXT,
  scheduler_id TEXT,
  PRIMARY KEY (queue, id)
) STRICT;
CREATE INDEX job_waiting ON job (queue, priority, seq) WHERE state = 'waiting';
CREATE INDEX job_delayed ON job (queue, due_at, seq) WHERE state = 'delayed';
CREATE INDEX job_active ON job (queue, locked_until) WHERE state = 'active';
CREATE INDEX job_completed ON job (queue, finished_at, seq) WHERE state = 'completed';
CREATE INDEX job_failed ON job (queue, finished_at, seq) WHERE state = 'failed';
CREATE TABLE job_log (
  queue TEXT NOT NULL, job_id TEXT NOT NULL, line INTEGER NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (queue, job_id, line),
  FOREIGN KEY (queue, job_id) REFERENCES job (queue, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE counter (queue TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (queue, name)) STRICT, WITHOUT ROWID;
CREATE TABLE meta (queue TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (queue, field)) STRICT, WITHOUT ROWID;
CREATE TABLE deduplication (
  queue TEXT NOT NULL, id TEXT NOT NULL, job_id TEXT NOT NULL, expires_at INTEGER, next TEXT,
  PRIMARY KEY (queue, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE rate_limit (queue TEXT PRIMARY KEY, jobs INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE scheduler (
  queue TEXT NOT NULL, id TEXT NOT NULL, next_run INTEGER NOT NULL, iterations INTEGER NOT NULL, every INTEGER,
  "offset" INTEGER, details TEXT NOT NULL, data TEXT NOT NULL, opts TEXT NOT NULL,
  PRIMARY KEY (queue, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE event (id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, name TEXT NOT NULL, fields TEXT NOT NULL) STRICT;
CREATE INDEX event_queue ON event (queue, id);
`;

/**
 * Opens the queue's own database file and lays its tables if it is new.
 * In: the file's path; missing directories are made, for the owner alone. Out: a connection in WAL mode whose commits are
 * on the disk when they return. Throws `SqliteError` when the file cannot be opened or is no database, and `Error` when a
 * newer version of the service wrote it.
 */
export const openConnection = (path: string): Database.Database => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new Database(path, { timeout: BUSY_MS });
  try {
    database.pragma('journal_mode = WAL');
    // WAL's default, NORMAL, may lose the last commits in a power cut: what was acknowledged must stand (sqlite.org/pragma.html).
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    layTables(database);
    return database;
  } catch (failure) {
    database.close();
    throw failure;
  }
};

const layTables = (database: Database.Database): void => {
  const lay = database.transaction(() => {
    const version = database.pragma('user_version', { simple: true });
    if (version === SCHEMA_VERSION) return;
    if (version !== 0)
      throw new Error(`the queue's file has schema ${String(version)}, this service knows ${SCHEMA_VERSION}`);
    database.exec(TABLES);
    database.pragma(`user_version = ${SCHEMA_VERSION}`);
  });
  // IMMEDIATE: of two processes that open a new file at once, the second looks only after the first has laid the tables.
  lay.immediate();
};
