import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { id, key, number, word } from './schema-words.ts';

const INSTALLATION = new Table({
  name: 'installation',
  columns: [key(word('key')), id('id'), number('created_at')],
});

/** Hosts tell installations of the service apart by an id. */
export class Installation1764000003000 implements MigrationInterface {
  name = 'Installation1764000003000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(INSTALLATION.clone(), false);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable(INSTALLATION.name);
  }
}
