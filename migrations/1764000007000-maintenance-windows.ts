import { Table, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { id, indexOn, key, number, optional, text } from './schema-words.ts';

/** Maintenance windows; and the transitions of one cluster are found by their time. */
export class MaintenanceWindows1764000007000 implements MigrationInterface {
  name = 'MaintenanceWindows1764000007000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'maintenance_windows',
        columns: [
          ...[key(id('id')), optional(id('customer_id')), optional(id('cluster_id')), optional(id('arbiter_id'))],
          ...[number('from_at'), number('to_at'), text('reason'), number('version'), number('created_at')],
        ],
        indices: [indexOn('customer_id'), indexOn('cluster_id'), indexOn('arbiter_id'), indexOn('to_at')],
      }),
    );
    await runner.createIndex('vote_transitions', new TableIndex(indexOn('cluster_id', 'at')));
  }

  async down(runner: QueryRunner): Promise<void> {
    const table = await runner.getTable('vote_transitions');
    const index = table?.indices.find(({ columnNames }) => columnNames.join() === 'cluster_id,at');
    if (index) await runner.dropIndex('vote_transitions', index);
    await runner.dropTable('maintenance_windows');
  }
}
