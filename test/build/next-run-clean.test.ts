import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { openState, runPlain, type PlainNode, type Ran } from './support/engine.js';

let place: TestDatabase;
let database: Database;
beforeAll(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  await place.query('create schema raw; create table raw.orders as select 1 as id, 10 as amount');
});
afterAll(async () => {
  await database.close();
  await place.drop();
});

const orders: PlainNode = { name: 'orders', sql: () => 'select id, amount from raw.orders' };
const totals: PlainNode = {
  name: 'totals',
  reads: ['orders'],
  sql: ({ ref }) => `select sum(amount)::int as total from ${ref('orders')}`,
};
const build = (nodes: readonly PlainNode[] = [orders, totals]): Promise<Ran> => runPlain(database, nodes);

const failing = (sqlstate: string, says: string): string =>
  `create or replace function raw.fails() returns int language plpgsql as
   $$ begin raise exception using errcode = '${sqlstate}', message = '${says}'; end $$`;
const reads = (sql: string): PlainNode => ({ ...totals, sql: () => sql });

/** What goes wrong in the database, the node that it strikes, its code, and what puts it right. */
const troubles: readonly [string, string, PlainNode, string, string][] = [
  [
    'the disk is full',
    failing('53100', 'could not extend file "base/1/2": No space left on device'),
    reads('select raw.fails() as total'),
    'POSTGRES_RESOURCES',
    `create or replace function raw.fails() returns int language sql as 'select 7'`,
  ],
  [
    'memory is used up',
    failing('53200', 'out of memory'),
    reads('select raw.fails() as total'),
    'POSTGRES_RESOURCES',
    `create or replace function raw.fails() returns int language sql as 'select 7'`,
  ],
  [
    'a source is dropped',
    'alter table raw.orders rename to away',
    totals,
    'POSTGRES_UNDEFINED',
    'alter table raw.away rename to orders; update raw.orders set amount = 7',
  ],
  [
    'a source loses a column',
    'alter table raw.orders rename amount to sum',
    totals,
    'POSTGRES_UNDEFINED',
    'alter table raw.orders rename sum to amount; update raw.orders set amount = 7',
  ],
];

test.each(troubles)(
  'when %s the run names the node and shows what it showed, and the next one is clean',
  async (_, harm, node, code, mend) => {
    await place.query('update raw.orders set amount = 10');
    const { generation } = await build();
    await place.query(harm);
    const ran = await build([orders, node]);
    const broken = ran.results.filter((result) => result.status === 'error');
    expect(broken).toMatchObject([{ name: node === totals ? 'orders' : 'totals', error: { code } }]);
    expect(ran).toMatchObject({ state: 'failed', generation: null });
    expect(await place.query('select total, generation::int from shop.totals, thau.pointer')).toEqual([
      { total: 10, generation },
    ]);
    await place.query(mend);
    expect(await build([orders, node])).toMatchObject({ state: 'published', generation: ran.runId + 1 });
    expect(await place.query('select total from shop.totals')).toEqual([{ total: 7 }]);
    const left = await place.query(
      `select nspname from pg_namespace where nspname = 'shop__r${ran.runId}'
       union all select relation_name from thau.relations where run_id = ${ran.runId}`,
    );
    expect(left).toEqual([]);
  },
);

test('a table of others in the way of a new model is named and left; out of the way, the next run is clean', async () => {
  await build();
  await place.query(`create table shop.fresh as select 'mine' as x`);
  const fresh: PlainNode = { name: 'fresh', sql: () => 'select 1 as x' };
  const ran = await build([orders, totals, fresh]);
  expect(ran.error).toMatchObject({ code: 'BUILD_FOREIGN_RELATION' });
  expect((ran.error as Error).message).toContain('shop.fresh');
  expect(await place.query('select x from shop.fresh')).toEqual([{ x: 'mine' }]);
  await place.query('alter table shop.fresh rename to theirs');
  expect(await build([orders, totals, fresh])).toMatchObject({ state: 'published' });
  expect(await place.query('select f.x, t.x as theirs from shop.fresh as f, shop.theirs as t')).toEqual([
    { x: 1, theirs: 'mine' },
  ]);
});

test('two models that write one relation are both named before anything is made', async () => {
  const twin: PlainNode = { name: 'twin', sql: () => 'select 1 as x', extra: { alias: 'totals' } };
  await expect(build([orders, totals, twin])).rejects.toMatchObject({
    code: 'BUILD_TWO_NODES_ONE_RELATION',
    message: expect.stringMatching(/totals[\s\S]*twin|twin[\s\S]*totals/) as string,
  });
  const { runId } = await build();
  const [last] = await place.query(`select max(run_id)::int as run from thau.runs where run_id < ${runId}`);
  expect(last).toEqual({ run: runId - 1 });
  expect(await place.query(`select state from thau.runs where run_id = ${runId - 1}`)).toEqual([
    { state: 'published' },
  ]);
});
