import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { flag, holds, id, indexOn, key, number, optional, text, word } from './schema-words.ts';

const TABLES = [
  new Table({
    name: 'webhooks',
    columns: [
      ...[key(id('id')), word('name'), optional(id('customer_id')), text('url'), optional(text('events'))],
      ...[word('state'), optional(text('disabled_by')), flag('may_be_inside'), text('sealed_secret')],
      ...[optional(text('sealed_old_secret')), optional(number('old_secret_until')), number('last_sequence')],
      ...[number('version'), number('created_at'), number('updated_at')],
    ],
    indices: [indexOn('customer_id')],
    foreignKeys: [holds('customer_id', 'customers')],
  }),
  new Table({
    name: 'mail_recipients',
    columns: [
      ...[key(id('id')), word('address'), optional(id('customer_id')), optional(text('events'))],
      ...[number('last_sequence'), number('version'), number('created_at')],
    ],
    indices: [indexOn('customer_id')],
    foreignKeys: [holds('customer_id', 'customers')],
  }),
  new Table({
    name: 'notices',
    columns: [
      ...[key(id('id')), word('event'), optional(id('customer_id')), number('occurred_at'), text('data')],
      ...[text('subject'), text('text'), number('created_at')],
    ],
    indices: [indexOn('created_at')],
  }),
  new Table({
    name: 'deliveries',
    columns: [
      ...[key(id('id')), id('notice_id'), word('channel'), id('target_id'), word('event'), number('sequence')],
      ...[word('state'), number('attempts'), optional(number('due_at')), optional(id('claim')), number('give_up_at')],
      ...[number('created_at'), optional(number('ended_at'))],
    ],
    indices: [indexOn('target_id', 'id'), indexOn('notice_id'), indexOn('due_at')],
  }),
  new Table({
    name: 'delivery_attempts',
    columns: [
      ...[key(id('id')), id('delivery_id'), number('at'), number('duration_ms'), optional(number('status'))],
      ...[text('answer'), optional(text('finding'))],
    ],
    indices: [indexOn('delivery_id')],
  }),
];

/** Webhooks and mailboxes, what they are to be told, and how that went. */
export class Notifications1764000008000 implements MigrationInterface {
  name = 'Notifications1764000008000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.createTable(table.clone(), false);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { name } of TABLES.toReversed()) await runner.dropTable(name);
  }
}
