import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Database } from '../../src/postgres/database.js';
import { eraseAgain } from '../../src/privacy/again.js';
import { readSalt, salted } from '../../src/privacy/salt.js';
import { connectionOf } from '../support/connection.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';

let held: TestDatabase;
let database: Database;
let salt: string;

const look = (): Promise<ReadonlyMap<string, number>> =>
  eraseAgain({ database, state: 'thau', by: 'a test' });
const ids = async (table = 'raw_shop.contacts'): Promise<unknown[]> =>
  (await held.query(`select id from ${table} order by id`)).map(({ id }) => id);

/** As if the record had been erased, whose row is in the table all the same. */
async function remember(id: string, table = 'contacts'): Promise<void> {
  await held.query(
    `insert into thau.erased_records (source_schema, source_table, key_columns, key_hash, erasure_id)
     values ('raw_shop', $1, array['r."id"::text'], $2, 1) on conflict do nothing`,
    [table, salted(salt, id)],
  );
}

beforeAll(async () => {
  held = await createTestDatabase(stateTemplate());
  database = new Database({ connection: connectionOf(held.url) });
  salt = await readSalt(database, 'thau');
  await held.query(`create schema raw_shop;
    create table raw_shop.contacts (id text);
    insert into thau.erasures (subject_hashes, state, requested_by, proof) values ('{}', 'done', 'a test', '{}')`);
});
afterAll(async () => {
  await database.close();
  await held.drop();
});
beforeEach(async () => {
  await held.query(`truncate thau.erased_records, raw_shop.contacts; delete from thau.settings where key = 'privacy_looks';
    insert into raw_shop.contacts values ('a'), ('b')`);
  await remember('a');
});

test('a record goes as often as it is delivered again, and what was looked at is remembered', async () => {
  expect([...(await look())]).toEqual([['raw_shop.contacts', 1]]);
  expect(await ids()).toEqual(['b']);
  const remembered = `select value ? 'raw_shop.contacts' as seen from thau.settings where key = 'privacy_looks'`;
  expect(await held.query(remembered)).toEqual([{ seen: true }]);
  await held.query(`insert into raw_shop.contacts values ('a'), ('c')`);
  expect([...(await look())]).toEqual([['raw_shop.contacts', 1]]);
  await held.query(`update raw_shop.contacts set id = 'a' where id = 'c'`);
  expect([...(await look())]).toEqual([['raw_shop.contacts', 1]]);
  expect(await ids()).toEqual(['b']);
});

test('what a transaction wrote that was open at the look before is looked at when it has ended', async () => {
  const open = new pg.Client({ connectionString: held.url });
  await open.connect();
  await open.query(`begin; insert into raw_shop.contacts values ('a'), ('d'); savepoint s;
    insert into raw_shop.contacts values ('a')`);
  expect([...(await look())]).toEqual([['raw_shop.contacts', 1]]);
  await open.query('commit');
  await open.end();
  expect([...(await look())]).toEqual([['raw_shop.contacts', 2]]);
  expect(await ids()).toEqual(['b', 'd']);
});

test('a table that was made anew, and what is no table of rows, is looked through whole', async () => {
  await look();
  await remember('b');
  await held.query(`alter table raw_shop.contacts rename to before;
    create table raw_shop.contacts as select * from raw_shop.before; drop table raw_shop.before`);
  expect([...(await look())]).toEqual([['raw_shop.contacts', 1]]);
  await held.query(`create table raw_shop.held as values ('x'); alter table raw_shop.held rename column1 to id;
    create view raw_shop.seen as select * from raw_shop.held`);
  await remember('y', 'seen');
  await look();
  await remember('x', 'seen');
  expect([...(await look())]).toEqual([['raw_shop.seen', 1]]);
});

test('a look remembered of transactions that are still to come, as after a restore, is not believed', async () => {
  await look();
  await remember('b');
  await held.query(`update thau.settings
    set value = jsonb_set(value, '{raw_shop.contacts,until}', '"999999999999"') where key = 'privacy_looks'`);
  expect([...(await look())]).toEqual([['raw_shop.contacts', 1]]);
});
