import { TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import { id, optional } from './schema-words.ts';

/** Each try of one Idempotency-Key makes its thing under one id, so that a second try finds what the first one made. */
export class IdOfWhatAKeyedRequestMakes1764000004000 implements MigrationInterface {
  name = 'IdOfWhatAKeyedRequestMakes1764000004000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('idempotent_answers', new TableColumn(optional(id('made_id'))));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn('idempotent_answers', 'made_id');
  }
}
