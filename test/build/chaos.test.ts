import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestCancel } from '../../src/build/run/request-cancel.js';
import type { Database } from '../../src/postgres/database.js';
import { faultOf } from '../../src/postgres/fault.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { openState, runPlain, type PlainNode, type Ran } from './support/engine.js';

let place: TestDatabase;
let database: Database;
beforeAll(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
});
afterAll(async () => {
  await database.close();
  await place.drop();
});

/** Every model carries the number of the run's version: a reader that sees two of them saw a mixture. */
const project = (version: number): PlainNode[] => [
  { name: 'a', sql: () => `select ${version} as version, i from generate_series(1, 2000) as i` },
  {
    name: 'b',
    reads: ['a'],
    config: { materialized: 'view' },
    sql: ({ ref }) => `select version, i % 10 as k from ${ref('a')}`,
  },
  {
    name: 'c',
    reads: ['b'],
    sql: ({ ref }) => `select version, k, count(*) as n from ${ref('b')} group by 1, 2`,
  },
  {
    name: 'd',
    reads: ['c'],
    config: { materialized: 'incremental', unique_key: 'k' },
    sql: ({ ref }) => `select version, k, n from ${ref('c')}`,
  },
  {
    name: 'd_is_whole',
    type: 'test',
    reads: ['d'],
    sql: ({ ref }) => `select sum(n) from ${ref('d')} having sum(n) <> 2000`,
  },
];

interface Seen {
  reads: number;
  again: number;
  mixed: unknown[];
  errors: unknown[];
}

/** Reads all stable views, in one statement or in one transaction, until told to stop. */
async function reader(
  isolation: 'read committed' | 'repeatable read',
  stop: AbortSignal,
  seen: Seen,
): Promise<void> {
  const own = await database.session('reader');
  const all = `select distinct version from shop.a union select version from shop.b union select version from shop.c
               union select version from shop.d`;
  while (!stop.aborted) {
    try {
      const versions =
        isolation === 'read committed'
          ? (await own.session.query<{ version: number }>(all)).rows
          : await own.session.transaction(
              async (tx) => {
                const found: { version: number }[] = [];
                for (const name of ['a', 'd', 'b', 'c']) {
                  found.push(
                    ...(await tx.query<{ version: number }>(`select distinct version from shop.${name}`))
                      .rows,
                  );
                }
                return found;
              },
              { isolation: 'repeatable read' },
            );
      seen.reads += 1;
      const distinct = new Set(versions.map((row) => row.version));
      if (distinct.size !== 1) seen.mixed.push([...distinct]);
    } catch (error) {
      // 40001 asks a transaction that began before a publish to begin again: that is the contract
      if (isolation === 'repeatable read' && faultOf(error)?.sqlstate === '40001') seen.again += 1;
      else seen.errors.push(error);
    }
  }
  await own.close();
}

describe('readers hammering every model while runs publish, fail, are cancelled and lose their backends', () => {
  test('see no error and no mixed generation, and the last tables equal a clean build', async () => {
    expect((await runPlain(database, project(0))).state).toBe('published');
    const stop = new AbortController();
    const seen: Seen = { reads: 0, again: 0, mixed: [], errors: [] };
    const readers = [
      reader('read committed', stop.signal, seen),
      reader('read committed', stop.signal, seen),
      reader('repeatable read', stop.signal, seen),
      reader('repeatable read', stop.signal, seen),
    ];
    let shown = 0;
    const ends: Record<string, number> = {};
    for (let version = 1; version <= 10; version++) {
      const attack = version % 5;
      const nodes = project(version);
      if (attack === 1) nodes.push({ name: 'bad', reads: ['c'], sql: () => 'select 1 / 0 as x' });
      const running: Promise<Ran | Error> = runPlain(database, nodes).catch(
        (error: unknown) => error as Error,
      );
      if (attack === 2) {
        await place.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'thau run%' and random() < 0.5`,
        );
      }
      if (attack === 3) await requestCancel(database, 'thau', 'the test');
      const ran = await running;
      const end = ran instanceof Error ? 'refused' : ran.state;
      ends[end] = (ends[end] ?? 0) + 1;
      if (end === 'published') shown = version;
      const [now] = await place.query(`select distinct version from shop.c`);
      expect(now).toEqual({ version: shown });
    }
    stop.abort();
    await Promise.all(readers);
    expect(seen.errors).toEqual([]);
    expect(seen.mixed).toEqual([]);
    expect(seen.reads).toBeGreaterThan(10);
    await place.query(`delete from thau.requests where state = 'waiting'`);
    expect((await runPlain(database, project(99))).state).toBe('published');
    const [total] = await place.query(
      `select (select count(*)::int from shop.a) as a, (select count(*)::int from shop.c) as c,
              (select sum(n)::int from shop.d) as d, (select count(distinct version)::int from shop.d) as versions`,
    );
    expect(total).toEqual({ a: 2000, c: 10, d: 2000, versions: 1 });
  }, 180_000);
});
