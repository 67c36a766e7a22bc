import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/postgres/database.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { openState, runPlain, type PlainNode, type Ran } from '../support/engine.js';

let place: TestDatabase;
let database: Database;
beforeEach(async () => {
  place = await createTestDatabase();
  database = await openState(place.url);
  return async () => {
    await database.close();
    await place.drop();
  };
});

const events = (rows: string, config: Record<string, unknown> = {}): PlainNode => ({
  name: 'events',
  config: { materialized: 'incremental', unique_key: 'id', incremental_path: 'versioned', ...config },
  sql: () => `select * from (values ${rows}) as v (id, city)`,
});
const message = (ran: Ran): string | null =>
  ran.results.find((one) => one.name === 'events')?.message ?? null;
const rows = async (sql: string): Promise<unknown[]> =>
  (await place.query(sql)).map((row) => Object.values(row));

describe('a versioned model', () => {
  test('shares rows between generations, each readable, and its readers read one table', async () => {
    const first = await runPlain(database, [events(`(1, 'Huế'), (2, 'Vinh')`)]);
    expect(first.state).toBe('published');
    const second = await runPlain(database, [events(`(2, 'Đà Lạt'), (3, 'Hội An')`)]);
    expect(message(second)).toBe('INSERT 0 2 (versioned)');
    const third = await runPlain(database, [events(`(4, 'Nha Trang')`)]);
    expect(message(third)).toBe('INSERT 0 1 (versioned)');
    const { 0: two, 1: three } = [second.generation, third.generation];
    expect(await rows(`select id, city from shop.events order by id`)).toEqual([
      [1, 'Huế'],
      [2, 'Đà Lạt'],
      [3, 'Hội An'],
      [4, 'Nha Trang'],
    ]);
    expect(await rows(`select id, city from shop__r${two}.events order by id`)).toHaveLength(3);
    expect(await rows(`select id, city from shop__r${three}.events order by id`)).toHaveLength(4);
    const plan = await rows(`explain (costs off) select city from shop__r${three}.events where id = 3`);
    expect(plan).toEqual([['Seq Scan on events__versions r'], ['  Filter: (id = 3)']]);
  });
});
