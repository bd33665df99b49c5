import { findJob } from './job-row.ts';
import { missingJob } from './refusals.ts';
import type { Ledger } from './sql.ts';

/** Appends a line to a job's log, and keeps the newest `keep` when that is given. Out: how many lines there are. */
export const addLog = (ledger: Ledger, jobId: string, text: string, keep: number | undefined): number => {
  if (findJob(ledger, jobId) === undefined) throw missingJob(jobId, 'addLog');
  const { sql, queue } = ledger;
  const last = sql.first<{ line: number | null }>(
    'SELECT max(line) AS line FROM job_log WHERE queue = ? AND job_id = ?',
    queue,
    jobId,
  );
  sql.run('INSERT INTO job_log VALUES (?, ?, ?, ?)', queue, jobId, (last?.line ?? 0) + 1, text);
  if (keep !== undefined && keep > 0) clearLogs(ledger, jobId, keep);
  return countLogs(ledger, jobId);
};

/** Removes a job's log but for the newest `keep` lines. */
export const clearLogs = ({ sql, queue }: Ledger, jobId: string, keep: number): void => {
  sql.run(
    `DELETE FROM job_log WHERE queue = ? AND job_id = ? AND line <=
       (SELECT line FROM job_log WHERE queue = ? AND job_id = ? ORDER BY line DESC LIMIT 1 OFFSET ?)`,
    queue,
    jobId,
    queue,
    jobId,
    keep,
  );
};

/** The lines from `start` to `end` (-1: the last), oldest first when `ascending`, and how many there are in all. */
export const readLogs = (
  ledger: Ledger,
  jobId: string,
  start: number,
  end: number,
  ascending: boolean,
): { logs: string[]; count: number } => {
  const rows = ledger.sql.all<{ text: string }>(
    `SELECT text FROM job_log WHERE queue = ? AND job_id = ? ORDER BY line ${ascending ? 'ASC' : 'DESC'} LIMIT ? OFFSET ?`,
    ledger.queue,
    jobId,
    end < 0 ? -1 : Math.max(0, end - start + 1),
    start,
  );
  return { logs: rows.map(({ text }) => text), count: countLogs(ledger, jobId) };
};

const countLogs = ({ sql, queue }: Ledger, jobId: string): number =>
  sql.first<{ count: number }>('SELECT count(*) AS count FROM job_log WHERE queue = ? AND job_id = ?', queue, jobId)
    ?.count ?? 0;
