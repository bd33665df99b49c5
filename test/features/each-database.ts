import { afterAll, beforeAll, describe } from 'vitest';
import { onPostgres, PostgresServer } from '../platform/postgres-server.ts';
import { startApp, type TestApp, type TestOptions } from './app.ts';

export type Start = (options?: TestOptions) => Promise<TestApp>;

/** Runs guarantees of the service on the embedded database and on a real PostgreSQL, an empty one for each start. */
export const onEachDatabase = (what: string, guarantees: (start: Start) => void): void => {
  describe(`${what}, on SQLite`, () => guarantees(startApp));

  describe(`${what}, on PostgreSQL`, () => {
    onPostgres(() => {
      let server: PostgresServer;
      beforeAll(async () => {
        server = await PostgresServer.start();
      });
      afterAll(() => server.stop());
      guarantees((options) => {
        const config = { databaseUrl: server.createDatabase(), ...options?.config };
        return startApp({ ...options, config });
      });
    });
  });
};
