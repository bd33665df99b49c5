import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { flag, key, number, optional, text, word } from './schema-words.ts';

/** One row, which is there from the first: whoever sets or reads the switch need not make it. */
export class Freeze1764000001000 implements MigrationInterface {
  name = 'Freeze1764000001000';

  async up(runner: QueryRunner): Promise<void> {
    const columns = [
      ...[key(word('name')), flag('frozen'), optional(text('reason')), optional(number('since'))],
      ...[optional(text('set_by')), number('version')],
    ];
    await runner.createTable(new Table({ name: 'freezes', columns }));
    await runner.query("INSERT INTO freezes (name, frozen, version) VALUES ('service', false, 1)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('freezes');
  }
}
