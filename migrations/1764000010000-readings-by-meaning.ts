import { TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { indexOn, number, word } from './schema-words.ts';

const COLUMNS = [
  { ...number('last_at'), default: 0 },
  { ...number('looks'), default: 1 },
  { ...word('digest'), default: "''" },
];

const INDICES = [indexOn('instance_id', 'at'), indexOn('node_id', 'at')];

/** A row of `readings` stands for all looks in a row that meant the same. */
export class ReadingsByMeaning1764000010000 implements MigrationInterface {
  name = 'ReadingsByMeaning1764000010000';

  async up(runner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) await runner.addColumn('readings', new TableColumn(column));
    await runner.query('UPDATE readings SET last_at = at');
    for (const index of INDICES) await runner.createIndex('readings', new TableIndex(index));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { columnNames } of INDICES) {
      const table = await runner.getTable('readings');
      const index = table?.indices.find((candidate) => candidate.columnNames.join() === columnNames.join());
      if (index) await runner.dropIndex('readings', index);
    }
    for (const { name } of COLUMNS) await runner.dropColumn('readings', name);
  }
}
