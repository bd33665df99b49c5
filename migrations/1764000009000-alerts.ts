import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { flag, id, indexOn, key, number, optional, text, uniqueIndexOn, word } from './schema-words.ts';

const SUBJECT = [word('subject_kind'), id('subject_id'), optional(id('customer_id'))];
const PLACE = [optional(id('cluster_id')), optional(id('arbiter_id')), optional(id('job_id'))];

const TABLES = [
  new Table({
    name: 'alerts',
    columns: [
      ...[key(id('id')), word('dedup_key'), optional(word('open_key')), word('rule'), word('severity'), word('state')],
      ...SUBJECT,
      ...PLACE,
      ...[text('summary'), text('findings'), text('details'), number('since'), number('opened_at')],
      ...[number('updated_at'), optional(number('cleared_at')), optional(number('resolved_at'))],
      ...[optional(word('resolution')), number('updates'), number('recurrences'), text('essence'), text('told')],
      ...[number('told_at'), optional(text('ticket')), number('version')],
    ],
    indices: [
      ...[indexOn('dedup_key'), uniqueIndexOn('open_key'), indexOn('customer_id')],
      ...[indexOn('cluster_id'), indexOn('arbiter_id')],
    ],
  }),
  new Table({
    name: 'pending_alerts',
    columns: [key(word('dedup_key')), word('rule'), ...SUBJECT.slice(0, 2), number('since')],
  }),
  new Table({
    name: 'alert_rules',
    columns: [
      ...[key(word('rule')), key(word('whose')), optional(id('customer_id')), flag('enabled'), word('severity')],
      ...[number('after_seconds'), number('resolve_after_seconds'), number('version'), number('updated_at')],
    ],
  }),
];

/** States that were judged before there were alerts are weighed once: what is bad already is told. */
export class Alerts1764000009000 implements MigrationInterface {
  name = 'Alerts1764000009000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.createTable(table);
    await runner.query('UPDATE vote_states SET evaluate_at = 0 WHERE evaluate_at IS NULL');
    await runner.query('UPDATE instance_states SET evaluate_at = 0 WHERE evaluate_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES.toReversed()) await runner.dropTable(table.name);
  }
}
