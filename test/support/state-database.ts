import { Database } from '../../src/postgres/database.js';
import { quoteIdentifier } from '../../src/postgres/identifier.js';
import { migrate } from '../../src/postgres/migrate.js';
import { connectionOf } from './connection.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

export interface StateDatabase {
  readonly test: TestDatabase;
  readonly database: Database;
  /** thau's own schema, quoted. */
  readonly state: string;
  drop(this: void): Promise<void>;
}

/** A fresh database with thau's own tables. */
export async function createStateDatabase(stateSchema = 'thau'): Promise<StateDatabase> {
  const test = await createTestDatabase();
  const connection = connectionOf(test.url);
  const database = new Database({ connection });
  await migrate({ database, connection, stateSchema });
  return {
    test,
    database,
    state: quoteIdentifier(stateSchema),
    drop: async () => {
      await database.close();
      await test.drop();
    },
  };
}
