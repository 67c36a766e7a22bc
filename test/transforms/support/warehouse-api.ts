import { createKey } from '../../../src/access/key-store.js';
import { RoleBook, type RoleSettings } from '../../../src/access/role-book.js';
import { Database } from '../../../src/postgres/database.js';
import { silentLog } from '../../../src/api/log.js';
import { post, serveOn, type Answer } from '../../api/support/serve-fixture.js';
import { connectionOf } from '../../support/connection.js';
import type { TestDatabase } from '../../support/test-database.js';

/** The API over a warehouse that was built. */
export interface WarehouseApi {
  readonly url: string;
  /** A key of the role, made when first asked for. */
  key(role?: string): Promise<string>;
  /** Asks under a role, admin unless said. */
  ask(query: string, variables?: Readonly<Record<string, unknown>>, role?: string): Promise<Answer['body']>;
  /** The data of an answer without errors. */
  data<T = Record<string, unknown>>(
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    role?: string,
  ): Promise<T>;
  stop(): Promise<void>;
}

export async function serveWarehouse(
  test: TestDatabase,
  roles: readonly RoleSettings[] = [],
): Promise<WarehouseApi> {
  const database = new Database({ connection: connectionOf(test.url) });
  const home = { test, database, state: '"thau"', drop: () => database.close() };
  const api = await serveOn(
    home,
    { roles: new RoleBook(roles) },
    // what a caller is not told must be seen where a test fails
    {
      ...silentLog,
      error: (message, facts) => void process.stderr.write(`${message} ${JSON.stringify(facts)}\n`),
    },
  );
  const keys = new Map<string, Promise<string>>();
  const key = (role = 'admin'): Promise<string> => {
    const known =
      keys.get(role) ??
      createKey(home, { name: role, roles: [role], claims: { store: 'S1', province: 'Hà Nội' } }).then(
        ({ text }) => text,
      );
    keys.set(role, known);
    return known;
  };
  const ask: WarehouseApi['ask'] = async (query, variables, role) =>
    (await post(api.url, await key(role), { query, variables })).body;
  return {
    url: api.url,
    key,
    ask,
    data: async <T>(query: string, variables?: Readonly<Record<string, unknown>>, role?: string) => {
      const { data, errors } = await ask(query, variables, role);
      if (errors) throw new Error(JSON.stringify(errors));
      return data as T;
    },
    stop: async () => {
      await api.stop();
      await database.close();
    },
  };
}
