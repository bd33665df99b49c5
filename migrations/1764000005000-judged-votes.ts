import { Table, TableColumn, TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';
import { id, indexOn, key, number, optional, text, word } from './schema-words.ts';

const STATE_COLUMNS = [
  { ...word('presence'), default: "'unknown'" },
  { ...text('findings'), default: "'[]'" },
  optional(word('arbiter_vote')),
  ...[optional(number('losses_with_arbiter')), optional(number('losses_without_arbiter'))],
  { ...number('judged_at'), default: 0 },
  ...[optional(number('fresh_until')), optional(number('evaluate_at'))],
];

const STATE_INDICES = [indexOn('customer_id'), indexOn('state'), indexOn('fresh_until'), indexOn('evaluate_at')];

const PRESENCES: Readonly<Record<string, string>> = {
  present: "'ok'",
  degraded: "'at-risk'",
  absent: "'lost'",
};

/** What a judgement found is kept with the state, and each qnetd instance has a state of its own. */
export class JudgedVotes1764000005000 implements MigrationInterface {
  name = 'JudgedVotes1764000005000';

  async up(runner: QueryRunner): Promise<void> {
    for (const column of STATE_COLUMNS) await runner.addColumn('vote_states', new TableColumn(column));
    for (const index of STATE_INDICES) await runner.createIndex('vote_states', new TableIndex(index));
    await runner.addColumn('vote_transitions', new TableColumn({ ...word('presence'), default: "'unknown'" }));
    // Of older transitions only the state is known: the vote of a cluster at risk may have stood or not, so it is not called present.
    for (const [presence, state] of Object.entries(PRESENCES)) {
      await runner.query(`UPDATE vote_transitions SET presence = '${presence}' WHERE to_state = ${state}`);
      await runner.query(`UPDATE vote_states SET presence = '${presence}' WHERE state = ${state}`);
    }
    await runner.createTable(
      new Table({
        name: 'instance_states',
        columns: [
          ...[key(id('instance_id')), id('arbiter_id'), word('state'), number('since'), text('findings')],
          ...[optional(number('clients')), number('judged_at'), optional(number('evaluate_at'))],
        ],
        indices: [indexOn('arbiter_id'), indexOn('evaluate_at')],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('instance_states');
    await runner.dropColumn('vote_transitions', 'presence');
    for (const { columnNames } of STATE_INDICES) {
      const table = await runner.getTable('vote_states');
      const index = table?.indices.find((candidate) => candidate.columnNames.join() === columnNames.join());
      if (index) await runner.dropIndex('vote_states', index);
    }
    for (const { name } of STATE_COLUMNS) await runner.dropColumn('vote_states', name);
  }
}
