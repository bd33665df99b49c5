import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import { flag, number, optional, text } from './schema-words.ts';

/** What an offboarding keeps: what came with a node's onboarding, what it still has to lose, and certificates' ends. */
const COLUMNS: readonly (readonly [table: string, column: TableColumn])[] = [
  ['nodes', new TableColumn(optional(text('brought')))],
  ['nodes', new TableColumn(optional(text('leftovers')))],
  ['certificates', new TableColumn(optional(number('revoked_at')))],
  ['job_steps', new TableColumn(optional(flag('lasting')))],
];

export class Offboarding1764000002000 implements MigrationInterface {
  name = 'Offboarding1764000002000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, column] of COLUMNS) await runner.addColumn(table, column.clone());
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table, column] of COLUMNS.toReversed()) await runner.dropColumn(table, column.name);
  }
}
