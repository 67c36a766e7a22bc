import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { openState, runPlain, type PlainNode, type Ran } from './support/engine.js';

let place: TestDatabase;
let database: Database;
beforeEach(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  return async () => {
    await database.close();
    await place.drop();
  };
});

const people = (
  config: Record<string, unknown>,
  rows: string,
  columns = 'id, city, updated_at',
): PlainNode => ({
  name: 'people',
  type: 'snapshot',
  config: { unique_key: 'id', ...config },
  sql: () => `select * from (values ${rows}) as v (${columns})`,
});
const take = (...given: Parameters<typeof people>): Promise<Ran> => runPlain(database, [people(...given)]);
const history = async (columns: string): Promise<unknown[]> =>
  (await place.query(`select ${columns} from shop.people order by id, dbt_valid_from`)).map((row) =>
    Object.values(row),
  );

const timestamp = { strategy: 'timestamp', updated_at: 'updated_at' };
const first = `(1, 'Huế', timestamp '2026-01-01'), (2, 'Đà Lạt', timestamp '2026-01-01')`;

describe('a snapshot', () => {
  test('by timestamp keeps each state with the time it held', async () => {
    await take(timestamp, first);
    await take(timestamp, `(1, 'Vinh', timestamp '2026-02-01'), (2, 'Đà Lạt', timestamp '2026-01-01')`);
    expect(
      await history('id, city, dbt_valid_from::date::text, dbt_valid_to::date::text as valid_to'),
    ).toEqual([
      [1, 'Huế', '2026-01-01', '2026-02-01'],
      [1, 'Vinh', '2026-02-01', null],
      [2, 'Đà Lạt', '2026-01-01', null],
    ]);
    const [ids] = await place.query('select count(distinct dbt_scd_id)::int as n from shop.people');
    expect(ids).toEqual({ n: 3 });
  });

  test('by check sees what differs in the columns it checks, null as a value', async () => {
    const check = { strategy: 'check', check_cols: ['city'] };
    await take(check, `(1, 'Huế', 1), (2, null, 1)`, 'id, city, visits');
    await take(check, `(1, 'Huế', 2), (2, 'Vinh', 1)`, 'id, city, visits');
    expect(await history('id, city, visits, dbt_valid_to is null as is_current')).toEqual([
      [1, 'Huế', 1, true],
      [2, null, 1, false],
      [2, 'Vinh', 1, true],
    ]);
  });

  test('by check of all columns sees a new column as a change', async () => {
    const check = { strategy: 'check', check_cols: 'all' };
    await take(check, `(1, 'Huế')`, 'id, city');
    await take(check, `(1, 'Huế', 5)`, 'id, city, visits');
    expect(await history('id, city, visits, dbt_valid_to is null as is_current')).toEqual([
      [1, 'Huế', null, false],
      [1, 'Huế', 5, true],
    ]);
  });

  test('ignores, invalidates, or records a row that is gone, as hard_deletes says', async () => {
    const rest = `(2, 'Đà Lạt', timestamp '2026-01-01')`;
    await take(timestamp, first);
    await take(timestamp, rest);
    expect(await history('id, dbt_valid_to is null as is_current')).toEqual([
      [1, true],
      [2, true],
    ]);
    await take({ ...timestamp, hard_deletes: 'invalidate' }, rest);
    expect(await history('id, dbt_valid_to is null as is_current')).toEqual([
      [1, false],
      [2, true],
    ]);
    await take({ ...timestamp, hard_deletes: 'new_record' }, `(3, 'Huế', timestamp '2026-01-01')`);
    await take({ ...timestamp, hard_deletes: 'new_record' }, `(3, 'Huế', timestamp '2026-01-01')`);
    expect(await history('id, dbt_valid_to is null as is_current, dbt_is_deleted')).toEqual([
      [1, false, null],
      [2, false, null],
      [2, true, 'True'],
      [3, true, 'False'],
    ]);
    await take(
      { ...timestamp, hard_deletes: 'new_record' },
      `(2, 'Huế', now()::timestamp + interval '1 second'), (3, 'Huế', timestamp '2026-01-01')`,
    );
    expect(await history('id, dbt_valid_to is null as is_current, dbt_is_deleted')).toEqual([
      [1, false, null],
      [2, false, null],
      [2, false, 'True'],
      [2, true, 'False'],
      [3, true, 'False'],
    ]);
  });

  test('keeps its history through a run that fails', async () => {
    await take(timestamp, first);
    const failed = await runPlain(database, [
      people(timestamp, `(1, 'Vinh', timestamp '2026-02-01')`),
      { name: 'bad', sql: () => 'select 1 / 0' },
    ]);
    expect(failed.state).toBe('failed');
    expect(await history('id, city')).toEqual([
      [1, 'Huế'],
      [2, 'Đà Lạt'],
    ]);
  });

  test('without a key, or by a strategy nobody knows, is refused', async () => {
    for (const config of [
      { ...timestamp, unique_key: null },
      { strategy: 'guess' },
      { strategy: 'check' },
      { strategy: 'timestamp' },
    ]) {
      expect((await take(config, first)).results[0]?.error).toMatchObject({ code: 'BUILD_CONFIG' });
    }
  });
});
