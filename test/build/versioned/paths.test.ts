import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { collectGarbage } from '../../../src/build/garbage.js';
import { rollback } from '../../../src/build/rollback.js';
import { withCheapLookups } from '../../../src/build/versioned/cheap-lookups.js';
import { beginVersion } from '../../../src/build/versioned/write-version.js';
import { readGeneration } from '../../../src/build/publish/generation.js';
import { PublishedRelations } from '../../../src/build/adapter/published-relations.js';
import { RunAdapter } from '../../../src/build/adapter/run-adapter.js';
import { OwnedNames } from '../../../src/build/adapter/owned-names.js';
import type { Database } from '../../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../../support/test-database.js';
import { flags, openState, runPlain, type PlainNode, type Ran } from '../support/engine.js';

let place: TestDatabase;
let database: Database;
let number = 0;
/** Each test has a model of its own in one database. */
let name = '';
beforeAll(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
});
afterAll(async () => {
  await database.close();
  await place.drop();
});
beforeEach(() => {
  name = `events${number++}`;
});

const query = async (sql: string): Promise<unknown[]> =>
  (await place.query(sql)).map((row) => Object.values(row));
const model = (select: string, config: Record<string, unknown> = {}): PlainNode => ({
  name,
  config: { materialized: 'incremental', unique_key: 'id', incremental_path: 'versioned', ...config },
  sql: () => select,
});
const values = (rows: string): string => `select * from (values ${rows}) as v (id, city)`;
const many = (from: number, to: number): string =>
  `select id, 'city ' || id % 7 as city from generate_series(${from}, ${to}) as s (id)`;
const build = (
  select: string,
  config: Record<string, unknown> = {},
  options: Parameters<typeof runPlain>[2] = {},
): Promise<Ran> => runPlain(database, [model(select, config)], options);
const message = (ran: Ran): string | null | undefined => {
  expect(ran.error).toBeUndefined();
  return ran.results.find((one) => one.name === name)?.message;
};
const relation = async (): Promise<string> =>
  String(
    (
      await place.query(
        `select format('%I.%I', relation_schema, relation_name) as text from thau.mapping
         where name = $1 and generation = (select generation from thau.pointer)`,
        [name],
      )
    )[0]?.['text'],
  );
/** What the API is told of the model. */
const inCatalog = async (): Promise<unknown> => {
  const [catalog] = await place.query(
    `select content::jsonb as content from thau.artifacts where kind = 'catalog' order by generation desc limit 1`,
  );
  const { relations } = catalog?.['content'] as { relations: Record<string, unknown>[] };
  return relations.find((one) => one['model'] === name);
};
const plan = async (sql: string): Promise<string> => (await query(`explain (costs off) ${sql}`)).join('\n');

describe('a versioned model', () => {
  test('shares rows between generations, each readable, and the newest reads one table and its indexes', async () => {
    const config = { indexes: [{ columns: ['id'], unique: true }, { columns: ['city', 'id'] }] };
    await build(many(1, 5000), config);
    const before = await relation();
    expect(message(await build(many(4990, 5010), config))).toBe('INSERT 0 21 (versioned)');
    const after = await relation();
    expect(
      await query(`select count(*)::int from ${before} union all select count(*)::int from ${after}`),
    ).toEqual([[5000], [5010]]);
    expect(await plan(`select city from ${after} where id = 3`)).toMatch(
      /^Index Scan using \w+ on events\d+__versions r\n {2}Index Cond: \(id = 3\)$/,
    );
    const top = await plan(`select * from ${after} order by city desc, id desc limit 3`);
    expect(top).toMatch(/^Limit\n {2}-> {2}Index (Only )?Scan Backward using \w+ on events\d+__versions r$/);
    expect(await plan(`select max(id) from ${after}`)).not.toContain('Seq Scan');
    const old = await plan(`select * from ${before} order by city desc, id desc limit 3`);
    expect(old).toContain('Merge Append');
    expect(old).not.toContain('Seq Scan');
    expect(await plan(`select city from shop.${name} where id = 3`)).toContain('Index Cond: (id = 3)');
  });

  test('has no indexes over superseded rows where its config says so, and nothing is gathered about their values', async () => {
    const indexes = [{ columns: ['id'], unique: true }, { columns: ['city', 'id'] }];
    const beside = async (): Promise<unknown> =>
      (
        await query(
          `select (select count(*)::int from pg_indexes where tablename = c.relname),
                  (select array_agg(attname::text order by attnum) from pg_attribute
                   where attrelid = c.oid and attnum > 0 and attstattarget is distinct from 0)
           from pg_class as c where c.relname = '${name}__superseded'`,
        )
      )[0];
    await build(many(1, 5000), { indexes });
    expect(await beside()).toEqual([3, ['_from_gen', '_to_gen']]);
    // another definition: the table is made anew, and versioned again
    const config = { indexes, index_superseded: false };
    expect(message(await build(many(4990, 5010), config))).toContain('its indexes changed');
    const before = await relation();
    expect(message(await build(many(5000, 5020), config))).toBe('INSERT 0 21 (versioned)');
    const [store] = await query(
      `select format('%I.%I', table_schema, superseded_name) from thau.versioned_tables
       where table_name = '${name}__versions' order by head desc limit 1`,
    );
    expect(
      await query(
        `select (select count(*)::int from pg_indexes where format('%I.%I', schemaname, tablename) = '${String((store as unknown[])[0])}') as indexes,
                (select count(*)::int from ${before}) as earlier, (select count(*)::int from ${before} where id = 5000) as one,
                (select count(*)::int from ${await relation()}) as now`,
      ),
    ).toEqual([[1, 5010, 1, 5020]]);
  });

  test('is no concern of autovacuum before its run has ended, nor held from it afterwards by whoever has it locked', async () => {
    const options = async (): Promise<unknown> =>
      (
        await query(
          `select array_to_string(reloptions, ' ') from pg_class where relname = '${name}__versions'`,
        )
      )[0];
    const reader: PlainNode = {
      name: `${name}_reader`,
      config: { materialized: 'table' },
      reads: [name],
      sql: () =>
        `select array_to_string(reloptions, ' ') as said from pg_class where relname = '${name}__versions'`,
    };
    expect((await runPlain(database, [model(many(1, 10)), reader])).error).toBeUndefined();
    expect(await query(`select said like '%autovacuum_enabled=false%' from shop.${name}_reader`)).toEqual([
      [true],
    ]);
    expect(String(await options())).not.toContain('autovacuum_enabled');
    expect(String(await options())).toContain('autovacuum_vacuum_insert_scale_factor=0.005');

    await query(
      `alter table ${(await relation()).replace(/\.\w+$/, '')}.${name}__versions set (autovacuum_enabled = false)`,
    );
    const locked = new pg.Client({ connectionString: place.url });
    await locked.connect();
    try {
      await locked.query(
        `begin; lock table ${(await relation()).replace(/\.\w+$/, '')}.${name}__versions in share update exclusive mode`,
      );
      await database.use((session) => collectGarbage(session, { state: 'thau' }));
      expect(String(await options())).toContain('autovacuum_enabled=false');
      await locked.query('rollback');
      await database.use((session) => collectGarbage(session, { state: 'thau' }));
      expect(String(await options())).not.toContain('autovacuum_enabled');
    } finally {
      await locked.end();
    }
  });

  test('keeps what is unique unique, and tells the API of columns, keys and indexes as of a table', async () => {
    const config = { indexes: [{ columns: ['id'], unique: true }], incremental_strategy: 'append' };
    await build(values(`(1, 'Huế')`), config);
    const refused = await build(values(`(1, 'Vinh')`), config);
    expect(refused.results[0]?.message).toContain('duplicate key');
    expect(message(await build(values(`(2, 'Vinh')`), config))).toBe('INSERT 0 1 (versioned)');
    expect(await inCatalog()).toMatchObject({
      kind: 'table',
      columns: [{ name: 'id' }, { name: 'city' }],
      unique: [['id']],
      indexes: [['id']],
    });
    expect(await query(`select * from shop.${name} order by id`)).toEqual([
      [1, 'Huế'],
      [2, 'Vinh'],
    ]);
  });

  test('is a table for templates', async () => {
    await build(values(`(1, 'Huế')`));
    const physical = (await relation()).split('.') as [string, string];
    await database.use(async (session) => {
      const names = new OwnedNames();
      const generation = await readGeneration(session, 'thau');
      const shown = generation.nodes.get(`model.shop.${name}`)?.relation;
      if (shown) names.set('shop', name, { ...shown, candidate: false });
      const published = new PublishedRelations(generation);
      const options = { session, state: 'thau', names, published, runId: 0, onLog: () => undefined };
      const adapter = new RunAdapter(options);
      const named = { database: null, schema: physical[0], identifier: physical[1] };
      expect(await adapter.getRelation(named)).toMatchObject({ type: 'table' });
      const tables = `select table_schema, table_type from information_schema.tables where table_name = '${name}'`;
      expect((await adapter.query(tables, { begin: false, fetch: true })).rows).toEqual([
        ['shop', 'BASE TABLE'],
      ]);
      expect((await adapter.getColumns(named)).map((column) => column.name)).toEqual(['id', 'city']);
    });
  });

  test('drops rows that no kept generation needs, and the tables with the last view', async () => {
    await build(values(`(1, 'Huế'), (2, 'Vinh')`));
    for (const city of ['a', 'b', 'c', 'd']) await build(values(`(1, '${city}')`));
    const stores = `select format('%I.%I', table_schema, superseded_name) as beside from thau.versioned_tables
                    where table_name = '${name}__versions'`;
    const [store] = await place.query(stores);
    expect(await query(`select id, city from ${String(store?.['beside'])}`)).toEqual([[1, 'c']]);
    await build(values(`(7, 'new')`), {}, { flags: { ...flags, FULL_REFRESH: true } });
    await build(values(`(8, 'new')`));
    await build(values(`(9, 'new')`));
    expect(await query(stores)).toHaveLength(1);
    expect(
      await query(
        `select relname::text from pg_class where relname like '${name}\\_\\_%' and relkind = 'r' order by 1`,
      ),
    ).toEqual([[`${name}__superseded`], [`${name}__versions`]]);
  });

  test('undoes what a failed run left before the next run, and keeps it for a retry', async () => {
    await build(values(`(1, 'Huế'), (2, 'Vinh')`));
    const broken: PlainNode = { name: 'after', reads: [name], sql: () => 'select 1 / 0 as n' };
    const failed = await runPlain(database, [model(values(`(2, 'lost'), (3, 'lost')`)), broken]);
    expect(failed.state).toBe('failed');
    expect(await query(`select * from shop.${name} order by id`)).toEqual([
      [1, 'Huế'],
      [2, 'Vinh'],
    ]);
    expect(await query(`select count(*)::int from shop__r${failed.runId}.${name}`)).toEqual([[3]]);
    const mended: PlainNode = { ...broken, sql: () => 'select 1 as n' };
    const again = await runPlain(database, [model(values(`(2, 'lost'), (3, 'lost')`)), mended], {
      retryOf: failed.runId,
      carry: true,
    });
    expect(again.state).toBe('published');
    expect(again.results.find((one) => one.name === name)?.status).toBe('carried');
    expect(await inCatalog()).toMatchObject({ kind: 'table', columns: [{ name: 'id' }, { name: 'city' }] });
    expect(await query(`select city from shop.${name} order by id`)).toEqual([['Huế'], ['lost'], ['lost']]);
    await runPlain(database, [model(values(`(3, 'thrown away')`)), broken]);
    expect(message(await build(values(`(4, 'Nha Trang')`)))).toBe('INSERT 0 1 (versioned)');
    expect(await query(`select id, city from shop.${name} order by id`)).toEqual([
      [1, 'Huế'],
      [2, 'lost'],
      [3, 'lost'],
      [4, 'Nha Trang'],
    ]);
  });

  test('shows a transaction that began before rows were undone none of them', async () => {
    await build(values(`(1, 'Huế'), (2, 'Vinh')`));
    const broken: PlainNode = { name: 'after', reads: [name], sql: () => 'select 1 / 0 as n' };
    await runPlain(database, [model(values(`(2, 'lost'), (3, 'lost')`)), broken]);
    const tidy = (): Promise<unknown> =>
      database.use((session) => collectGarbage(session, { state: 'thau' }));
    const isWhole = async (): Promise<unknown> =>
      (await query(`select whole from thau.versioned_views where relation_name = '${name}'`))[0];
    const reader = new pg.Client({ connectionString: place.url });
    await reader.connect();
    try {
      // its snapshot still has the rows of the failed run
      await reader.query('begin isolation level repeatable read; select from thau.pointer');
      await tidy();
      const { rows } = await reader.query(`select id, city from shop.${name} order by id`);
      expect(rows).toEqual([
        { id: 1, city: 'Huế' },
        { id: 2, city: 'Vinh' },
      ]);
      expect(await isWhole()).toEqual([false]);
    } finally {
      await reader.end();
    }
    await vi.waitFor(async () => {
      await tidy();
      expect(await isWhole()).toEqual([true]);
    });
  });

  test('shows exactly the earlier rows after a rollback, and goes on from them', async () => {
    await build(values(`(1, 'Huế'), (2, 'Vinh')`));
    await build(values(`(2, 'changed'), (3, 'added')`));
    await rollback({ database, stateSchema: 'thau', trigger: 'manual', target: 'test' });
    const earlier = [
      [1, 'Huế'],
      [2, 'Vinh'],
    ];
    expect(await query(`select * from shop.${name} order by id`)).toEqual(earlier);
    const next = await build(values(`(5, 'after')`));
    expect(message(next)).toBe('INSERT 0 1 (copied: a later generation of it is kept beside)');
    expect(await query(`select * from shop.${name} order by id`)).toEqual([...earlier, [5, 'after']]);
    expect(message(await build(values(`(6, 'later')`)))).toBe('INSERT 0 1 (versioned)');
  });

  test('is copied where its columns or indexes change, much of it changes, or readers hold on to it', async () => {
    const grows = { on_schema_change: 'append_new_columns', incremental_strategy: 'merge' };
    await build(many(1, 4000), grows);
    const wider = `select 1 as id, 'Huế' as city, 'new' as note`;
    expect(message(await build(wider, grows))).toBe('MERGE 1 (copied: its columns change)');
    expect(message(await build(wider, grows))).toBe('MERGE 1 (versioned)');
    const indexed = { ...grows, indexes: [{ columns: ['id'] }] };
    expect(message(await build(wider, indexed))).toBe('MERGE 1 (copied: its indexes changed)');
    const half = `select id, city, 'half' as note from (${many(1, 2000)}) as h`;
    expect(message(await build(half, indexed))).toBe('MERGE 2000 (copied: much of it changes)');
    const reader = new pg.Client({ connectionString: place.url });
    await reader.connect();
    try {
      await reader.query('begin');
      await reader.query(`select count(*) from shop.${name}`);
      expect(message(await build(wider, indexed))).toBe('MERGE 1 (copied: its readers did not let go)');
    } finally {
      await reader.end();
    }
    expect(message(await build(wider, indexed))).toBe('MERGE 1 (versioned)');
    const counted = `select count(*)::int as a, count(*) filter (where note = 'half')::int as b,
                         count(*) filter (where city = 'Huế')::int as c from shop.${name}`;
    expect(await query(counted)).toEqual([[4000, 1999, 1]]);
  });

  test('keeps its not_null and check constraints through copies', async () => {
    const contract: Partial<PlainNode> = {
      extra: {
        columns: Object.fromEntries(
          [
            ['id', 'integer', [{ type: 'not_null' }]],
            ['city', 'text', [{ type: 'check', expression: `city <> ''` }]],
          ].map(([column, type, constraints]) => [
            column,
            { name: column, data_type: type, description: '', quote: null, meta: {}, tags: [], constraints },
          ]),
        ) as NonNullable<PlainNode['extra']>['columns'] & object,
      },
    };
    const kept = (select: string, path: string): PlainNode => ({
      ...model(select, { contract: { enforced: true }, incremental_path: path }),
      ...contract,
    });
    await runPlain(database, [kept(values(`(1, 'Huế')`), 'versioned')]);
    for (const path of ['versioned', 'clone', 'versioned', 'versioned']) {
      const nothing = await runPlain(database, [kept(values(`(null::int, 'Huế')`), path)]);
      expect(nothing.results[0]?.message).toContain('violates not-null constraint');
      const empty = await runPlain(database, [kept(values(`(1, '')`), path)]);
      expect(empty.results[0]?.message).toContain('violates check constraint');
      expect((await runPlain(database, [kept(values(`(1, 'Vinh')`), path)])).state).toBe('published');
    }
    expect(await query(`select * from shop.${name}`)).toEqual([[1, 'Vinh']]);
  });

  test('is not written to by a run that no longer holds the run lock', async () => {
    await build(values(`(1, 'Huế')`));
    const current = (await readGeneration(database, 'thau')).nodes.get(`model.shop.${name}`)?.relation;
    const { store } = current ?? {};
    if (!current || !store) throw new Error('it is not versioned');
    await place.query(`update thau.versioned_views set whole = false where relation_name = '${name}'`);
    const stranger = await database.use((session) =>
      session.transaction((tx) =>
        beginVersion(tx, 'thau', { ...current, store, columns: [], rows: 0 }, store.version + 1),
      ),
    );
    expect(stranger).toBe(false);
  });

  test('shows one generation to every reader while runs go on', async () => {
    const stamped = (stamp: number): PlainNode =>
      model(`select id, ${stamp} as stamp from generate_series(1, 50) as s (id)`, {
        incremental_strategy: stamp % 2 === 0 ? 'merge' : 'delete+insert',
      });
    await runPlain(database, [stamped(0)]);
    let stopped = false;
    let reads = 0;
    const reader = async (isolation: string): Promise<void> => {
      const client = new pg.Client({ connectionString: place.url });
      await client.connect();
      try {
        while (!stopped) {
          try {
            await client.query(`begin isolation level ${isolation}`);
            for (let at = 0; at < 2; at++) {
              const { rows } = await client.query<{ n: string; stamps: number[] }>(
                `select count(*) as n, array_agg(distinct stamp) as stamps from shop.${name}`,
              );
              expect(rows[0]?.n).toBe('50');
              expect(rows[0]?.stamps).toHaveLength(1);
              reads++;
            }
            await client.query('commit');
          } catch (error) {
            await client.query('rollback');
            if ((error as { code?: string }).code !== '40001') throw error;
          }
        }
      } finally {
        await client.end();
      }
    };
    const readers = Promise.all(['read committed', 'repeatable read'].map(reader));
    const messages: (string | null | undefined)[] = [];
    try {
      for (let stamp = 1; stamp <= 6; stamp++)
        messages.push(message(await runPlain(database, [stamped(stamp)])));
    } finally {
      stopped = true;
      await readers;
    }
    expect(messages.filter((text) => text?.includes('(versioned)')).length).toBeGreaterThan(0);
    expect(reads).toBeGreaterThan(0);
  });
});

test('the keys of an increment are looked up by index where PostgreSQL would read the whole table', async () => {
  await place.query(`
    create table big as select n as id, repeat('x', 60) as text from generate_series(1, 60000) as n order by hashint4(n);
    create index on big (id);
    create table increment as select n * 40 as id from generate_series(1, 1500) as n;
    analyze big, increment`);
  const seen = await database.use((session) =>
    session.transaction(async (tx) => {
      // PostgreSQL's own price; the server of the tests may have another
      await tx.query('set local random_page_cost = 4');
      const plan = async (): Promise<string> =>
        (await tx.query('explain delete from big where (id) in (select distinct id from increment)')).rows
          .map((row) => Object.values(row)[0])
          .join('\n');
      const price = async (): Promise<unknown> => (await tx.query('show random_page_cost')).rows[0];
      const before = [await plan(), await price()];
      const within = await withCheapLookups(tx, plan);
      return { before, within, after: [await plan(), await price()] };
    }),
  );
  expect(seen.before[0]).toMatch(/Seq Scan on big/);
  expect(seen.within).toMatch(/Index.* on big/);
  expect(seen.after).toEqual(seen.before);
});
