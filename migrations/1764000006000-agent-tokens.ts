import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { holds, id, indexOn, key, number, optional, uniqueIndexOn, word } from './schema-words.ts';

/** Each node may have an agent that reports by itself, with a token of its own. */
export class AgentTokens1764000006000 implements MigrationInterface {
  name = 'AgentTokens1764000006000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'agent_tokens',
        columns: [
          ...[key(id('id')), id('node_id'), id('cluster_id'), id('customer_id'), word('secret_hash')],
          ...[number('sequence'), optional(number('reported_at')), number('created_at')],
        ],
        indices: [uniqueIndexOn('node_id'), indexOn('cluster_id'), uniqueIndexOn('secret_hash')],
        foreignKeys: [holds('customer_id', 'customers'), holds('cluster_id', 'clusters'), holds('node_id', 'nodes')],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('agent_tokens');
  }
}
