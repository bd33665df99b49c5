import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Generated } from './messages.ts';

export interface OnRecord {
  /** Reports that stand in `readings`, those that said the same again counted too. */
  readonly looks: number;
  readonly sequences: number;
  /** Agents of which an acknowledged report is not on record. */
  readonly behind: number;
  readonly states: Readonly<Record<string, number>>;
  readonly transitions: number;
  readonly alerts: number;
}

interface Token {
  readonly node_id: string;
  readonly sequence: number;
}

/** What a service that was stopped has on record, held against what it acknowledged. */
export const onRecord = (dataDirectory: string, { sequences }: Generated): OnRecord => {
  const file = new Sqlite(join(dataDirectory, 'umpire.sqlite'), { readonly: true });
  const one = (sql: string): number => (file.prepare(sql).pluck().get() as number | null) ?? 0;
  try {
    const tokens = file.prepare('SELECT node_id, sequence FROM agent_tokens').all() as Token[];
    const states = file.prepare('SELECT state, count(*) AS count FROM vote_states GROUP BY state').all() as {
      state: string;
      count: number;
    }[];
    return {
      looks: one("SELECT sum(looks) FROM readings WHERE source = 'push'"),
      sequences: one('SELECT sum(sequence) FROM agent_tokens'),
      behind: tokens.filter(({ node_id, sequence }) => sequence < (sequences[node_id] ?? 0)).length,
      states: Object.fromEntries(states.map(({ state, count }) => [state, count])),
      transitions: one('SELECT count(*) FROM vote_transitions'),
      alerts: one('SELECT count(*) FROM alerts'),
    };
  } finally {
    file.close();
  }
};
