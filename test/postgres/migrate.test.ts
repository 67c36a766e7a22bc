import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../src/config/connection.js';
import { Database } from '../../src/postgres/database.js';
import { migrate } from '../../src/postgres/migrate.js';
import { stateMigrations } from '../../src/postgres/migrations/all.js';
import { connectionOf } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const everyMigration = stateMigrations.map(({ name }) => name);
let scratch: TestDatabase;
let connection: Connection;
let database: Database;

beforeAll(async () => {
  scratch = await createTestDatabase();
  connection = connectionOf(scratch.url);
  database = new Database({ connection, max: 4 });
});
afterAll(async () => {
  await database.close();
  await scratch.drop();
});

test('several processes at once migrate once, and a second start finds nothing to do', async () => {
  const all = await Promise.all(
    Array.from({ length: 4 }, () => migrate({ database, connection, stateSchema: 'thau' })),
  );
  expect(all.flat()).toEqual(everyMigration);
  expect(await migrate({ database, connection, stateSchema: 'thau' })).toEqual([]);
  expect((await database.query('select token, host from thau.run_lock')).rows).toEqual([
    { token: 0, host: null },
  ]);
});

test('migrations are numbered one after the other, and each file is listed', () => {
  const folder = new URL('../../src/postgres/migrations/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file !== 'all.ts');
  expect(everyMigration).toEqual(files.map((file) => file.replace('.ts', '')).sort());
  expect(everyMigration.map((name) => Number(name.slice(0, 3)))).toEqual(
    everyMigration.map((_, at) => at + 1),
  );
});

test('a migration lock left by a killed process does not stop the next', async () => {
  await database.query(`
    create schema stuck;
    create table stuck.migrations (id serial primary key, name varchar(255), batch int, migration_time timestamptz);
    create table stuck.migrations_lock (index serial primary key, is_locked int);
    insert into stuck.migrations_lock (is_locked) values (1)`);
  expect(await migrate({ database, connection, stateSchema: 'stuck' })).toEqual(everyMigration);
});

test('a schema made by a newer thau is refused', async () => {
  await migrate({ database, connection, stateSchema: 'newer' });
  await database.query(
    `insert into newer.migrations (name, batch, migration_time) values ('999_later', 9, now())`,
  );
  await expect(migrate({ database, connection, stateSchema: 'newer' })).rejects.toMatchObject({
    code: 'POSTGRES_STATE_NEWER',
    message: 'The schema "newer" was made by a newer thau (it has 999_later).',
  });
});

test('a role without the right to create a schema is told what to grant', async () => {
  const role = `r_${scratch.name}`;
  await database.query(`create role ${role} login`);
  const limited = new Database({ connection: { ...connection, role }, max: 1 });
  try {
    await expect(
      migrate({ database: limited, connection: { ...connection, role }, stateSchema: 'other' }),
    ).rejects.toMatchObject({
      code: 'POSTGRES_MIGRATION',
      hint: expect.stringContaining('create schema') as string,
    });
  } finally {
    await limited.close();
    await database.query(`drop role ${role}`);
  }
});
