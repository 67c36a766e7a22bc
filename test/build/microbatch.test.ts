import { beforeEach, describe, expect, test } from 'vitest';
import { batchesBetween, batchId, ceiling, offset, truncate } from '../../src/build/microbatch/batch-time.js';
import { chooseBatches } from '../../src/build/microbatch/choose-batches.js';
import type { Database } from '../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { projectFolder, type ProjectFolder } from './support/child-thau.js';
import { openState, type Ran } from './support/engine.js';
import { runProject, type ProjectRun } from './support/project-run.js';

const at = (text: string): Date => new Date(`${text}Z`);

describe('batches', () => {
  test('begin and end where UTC’s hours, days, months and years do', () => {
    const moment = at('2024-02-29T16:06:00');
    const sizes = ['hour', 'day', 'month', 'year'] as const;
    const show = (date: Date): string => date.toISOString().slice(0, 13);
    expect(sizes.map((size) => show(truncate(moment, size)))).toEqual([
      '2024-02-29T16',
      '2024-02-29T00',
      '2024-02-01T00',
      '2024-01-01T00',
    ]);
    expect(sizes.map((size) => show(ceiling(moment, size)))).toEqual([
      '2024-02-29T17',
      '2024-03-01T00',
      '2024-03-01T00',
      '2025-01-01T00',
    ]);
    expect(sizes.map((size) => show(offset(moment, size, -13)))).toEqual([
      '2024-02-29T03',
      '2024-02-16T00',
      '2023-01-01T00',
      '2011-01-01T00',
    ]);
    expect(ceiling(at('2024-01-01T00:00:00'), 'year')).toEqual(at('2024-01-01T00:00:00'));
    const days = batchesBetween(at('2024-02-28T00:00:00'), at('2024-03-01T00:00:00'), 'day');
    expect(days.map((day) => batchId(day, 'day'))).toEqual(['20240228', '20240229']);
    expect(batchId({ start: moment, end: moment }, 'hour')).toBe('20240229T16');
  });

  test('are those of dbt: from begin, then the last ones by lookback; and those that were missed', () => {
    const config = {
      eventTime: 'at',
      batchSize: 'day',
      begin: at('2026-01-01T08:00:00'),
      lookback: 1,
      concurrent: null,
    } as const;
    const ids = (question: Partial<Parameters<typeof chooseBatches>[0]>): string[] =>
      chooseBatches({ config, incremental: true, now: at('2026-01-04T10:00:00'), ...question }).map((one) =>
        batchId(one, 'day').slice(-2),
      );
    expect(ids({ incremental: false })).toEqual(['01', '02', '03', '04']);
    expect(ids({})).toEqual(['03', '04']);
    expect(ids({ config: { ...config, lookback: 0 } })).toEqual(['04']);
    // exactly at a border the newest batch is the one that just ended
    expect(ids({ now: at('2026-01-04T00:00:00') })).toEqual(['02', '03']);
    expect(ids({ asked: { start: at('2026-01-01T20:00:00'), end: at('2026-01-02T00:00:01') } })).toEqual([
      '01',
      '02',
    ]);
    // the last run was in the middle of the 1st: the rest of that day was never seen
    expect(ids({ coveredUntil: at('2026-01-01T00:00:00') })).toEqual(['01', '02', '03', '04']);
    expect(ids({ coveredUntil: at('2026-01-04T00:00:00') })).toEqual(['03', '04']);
    expect(ids({ config: { ...config, lookback: 3 }, coveredUntil: at('2026-01-03T00:00:00') })).toEqual([
      '01',
      '02',
      '03',
      '04',
    ]);
  });
});

describe('a microbatch model', () => {
  let place: TestDatabase;
  let database: Database;
  let project: ProjectFolder;
  beforeEach(async () => {
    place = await createTestDatabase(stateTemplate());
    database = await openState(place.url);
    project = projectFolder({ 'transforms/sources.yml': sources, 'transforms/daily.sql': daily() });
    await change(`create schema raw; create table raw.events (id int, at timestamp, kind text);
      insert into raw.events values (1, '2026-01-01 10:00', 'a'), (2, '2026-01-02 10:00', 'a'), (3, '2026-01-03 23:59:59', 'b')`);
    return async () => {
      project.remove();
      await database.close();
      await place.drop();
    };
  });

  const sources =
    'sources:\n  - name: raw\n    tables:\n      - name: events\n        config: {event_time: at}\n';
  const daily = (config = '', where = ''): string =>
    `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', batch_size='day', begin='2026-01-01'${config}) }}
     select id, at, kind, '{{ model.batch.id }}' as batch from {{ source('raw', 'events') }} ${where}`;
  const change = (sql: string): Promise<unknown> => place.query(`${sql}; select pg_stat_force_next_flush()`);
  const run = (moment: string, options: ProjectRun = {}): Promise<Ran> =>
    runProject(database, project.path, { startedAt: at(moment), ...options });
  const rows = async (): Promise<unknown[][]> =>
    (await place.query('select id, batch from shop.daily order by id')).map((row) => Object.values(row));
  // batches run beside each other and may end in any order
  const batches = (ran: Ran): readonly string[] =>
    ran.events
      .flatMap((event) => (event.type === 'batch_finished' ? [`${event.batch} ${event.status}`] : []))
      .sort();

  test('is built batch by batch from begin, then from lookback on', async () => {
    const first = await run('2026-01-03T12:00:00');
    expect(first.error).toBeUndefined();
    expect(first.results[0]?.message).toBe('SUCCESS (3 batches)');
    expect(batches(first)).toEqual(['2026-01-01 success', '2026-01-02 success', '2026-01-03 success']);
    expect(await rows()).toEqual([
      [1, '20260101'],
      [2, '20260102'],
      [3, '20260103'],
    ]);
    await change(`update raw.events set kind = 'late'; delete from raw.events where id = 2;
      insert into raw.events values (4, '2026-01-04 01:00', 'c')`);
    const second = await run('2026-01-04T12:00:00');
    expect(batches(second)).toEqual(['2026-01-03 success', '2026-01-04 success']);
    // the 2nd lies before the lookback; the 3rd was replaced whole
    expect((await place.query('select id, kind from shop.daily order by id')).map(Object.values)).toEqual([
      [1, 'a'],
      [2, 'a'],
      [3, 'late'],
      [4, 'c'],
    ]);
  });

  test('catches up after a time without runs', async () => {
    await run('2026-01-01T12:00:00');
    await change(
      `insert into raw.events values (5, '2026-01-01 18:00', 'evening'), (6, '2026-01-05 01:00', 'c')`,
    );
    const ran = await run('2026-01-05T12:00:00');
    expect(batches(ran)).toHaveLength(5);
    expect((await rows()).map(([id]) => id)).toEqual([1, 2, 3, 5, 6]);
  });

  test('builds the window it is given, and all under full refresh', async () => {
    await run('2026-01-03T12:00:00');
    await change(`update raw.events set kind = 'x'`);
    const window = { start: at('2026-01-01T00:00:00'), end: at('2026-01-02T00:00:00') };
    const ran = await run('2026-01-03T12:00:00', { eventTime: window });
    expect(batches(ran)).toEqual(['2026-01-01 success']);
    expect((await place.query('select kind from shop.daily order by id')).map((row) => row['kind'])).toEqual([
      'x',
      'a',
      'b',
    ]);
    await change('delete from raw.events where id = 1');
    const whole = await run('2026-01-03T12:00:00', { flags: { FULL_REFRESH: true } });
    expect(batches(whole)).toHaveLength(3);
    expect((await rows()).map(([id]) => id)).toEqual([2, 3]);
  });

  test('keeps the batches that are good when one fails, publishes nothing, and retries what is missing', async () => {
    project.write({ 'transforms/daily.sql': daily('', 'where 1 / (id - 2) is not null') });
    const failed = await run('2026-01-03T12:00:00');
    expect(failed.state).toBe('failed');
    expect(failed.results[0]).toMatchObject({
      status: 'partial success',
      message: 'PARTIAL SUCCESS (2/3)',
      batches: {
        failed: [['2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z']],
        coveredUntil: '2026-01-02T00:00:00.000Z',
      },
    });
    expect(await place.query('select * from thau.pointer')).toEqual([]);
    await change('update raw.events set id = 20 where id = 2');
    const ran = await run('2026-01-03T13:00:00', { retryOf: 1 });
    expect(ran.error).toBeUndefined();
    expect(batches(ran)).toEqual(['2026-01-02 success']);
    expect(ran.results[0]).toMatchObject({ status: 'success', message: 'SUCCESS (3 batches)' });
    expect((await rows()).map(([id]) => id)).toEqual([1, 3, 20]);
    // what the failed run left serves the next ones
    expect(batches(await run('2026-01-03T14:00:00'))).toEqual(['2026-01-02 success', '2026-01-03 success']);
  });

  test('fails whole when its first batch does', async () => {
    project.write({ 'transforms/daily.sql': daily('', 'where 1 / (id - 1) is not null') });
    const failed = await run('2026-01-03T12:00:00');
    expect(failed.results[0]).toMatchObject({ status: 'error', message: 'ERROR' });
    expect(failed.results[0]?.batches?.failed).toHaveLength(3);
    expect((failed.results[0]?.error as Error).message).toContain('division by zero');
  });

  test('merges by its unique_key as dbt does on PostgreSQL', async () => {
    project.write({ 'transforms/daily.sql': daily(`, unique_key='id'`) });
    await run('2026-01-03T12:00:00');
    await change(`update raw.events set kind = 'late'; delete from raw.events where id = 3;
      update raw.events set at = '2026-01-03 01:00' where id = 1`);
    await run('2026-01-03T13:00:00');
    // 1 moved to a later day, 3 is gone from the source and stays
    expect(await rows()).toEqual([
      [1, '20260103'],
      [2, '20260102'],
      [3, '20260103'],
    ]);
  });

  test('reads all rows of an input that it renders without its filter', async () => {
    project.write({
      'transforms/daily.sql': daily().replace("source('raw', 'events')", "source('raw', 'events').render()"),
    });
    await run('2026-01-02T12:00:00');
    // each batch makes room in its own window only
    expect((await rows()).sort()).toEqual([
      [1, '20260101'],
      [1, '20260102'],
      [2, '20260102'],
      [3, '20260101'],
      [3, '20260102'],
    ]);
  });

  test('filters what it reads through an ephemeral model that has event_time, and adds new columns', async () => {
    project.write({
      'transforms/stg.sql': `{{ config(materialized='ephemeral', event_time='at') }} select * from {{ source('raw', 'events') }}`,
      'transforms/daily.sql': daily(", on_schema_change='append_new_columns'").replace(
        "source('raw', 'events')",
        "ref('stg')",
      ),
    });
    await run('2026-01-02T12:00:00');
    project.write({
      'transforms/daily.sql': daily(", on_schema_change='append_new_columns'")
        .replace("source('raw', 'events')", "ref('stg')")
        .replace(' as batch', ' as batch, 7 as more'),
    });
    const ran = await run('2026-01-03T12:00:00');
    expect(ran.error).toBeUndefined();
    expect((await place.query('select id, more from shop.daily order by id')).map(Object.values)).toEqual([
      [1, null],
      [2, 7],
      [3, 7],
    ]);
  });

  test('reads what earlier batches made as this, and is incremental from the second batch on', async () => {
    project.write({
      'transforms/daily.sql': daily().replace(
        "'{{ model.batch.id }}' as batch",
        `{% if is_incremental() %}(select count(*)::text from {{ this }}){% else %}'new'{% endif %} as batch`,
      ),
    });
    await run('2026-01-03T12:00:00');
    expect(await rows()).toEqual([
      [1, 'new'],
      [2, '1'],
      [3, '2'],
    ]);
  });

  test('is carried forward until a source changes or a new batch begins', async () => {
    const carry = { carry: true };
    await run('2026-01-03T12:00:00', carry);
    const message = async (moment: string): Promise<unknown> =>
      (await run(moment, carry)).results[0]?.message;
    expect(await message('2026-01-03T13:00:00')).toBe('nothing it depends on changed');
    expect(await message('2026-01-04T00:00:01')).toBe('SUCCESS (2 batches)');
    await change(`insert into raw.events values (9, '2026-01-04', 'd')`);
    expect(await message('2026-01-04T00:00:02')).toBe('SUCCESS (2 batches)');
  });

  test('runs its batches beside each other where they touch no row of each other', async () => {
    await change(`insert into raw.events select 100 + n, timestamp '2026-01-01' + n * interval '1 hour', 'h'
      from generate_series(0, 24 * 20) as n`);
    const ran = await run('2026-01-21T12:00:00', { threads: 3 });
    expect(ran.results[0]?.message).toBe('SUCCESS (21 batches)');
    expect(
      await place.query('select count(*)::int as n, count(distinct id)::int as ids from shop.daily'),
    ).toEqual([{ n: 484, ids: 484 }]);
  });

  test('is refused without event_time, batch_size or begin, or with others that are none', async () => {
    const wrong: readonly (readonly [string, string])[] = [
      [`event_time='at', batch_size='day'`, 'needs begin'],
      [`event_time='at', begin='2026-01-01'`, 'needs batch_size'],
      [`batch_size='day', begin='2026-01-01'`, 'needs event_time'],
      [`event_time='at', batch_size='week', begin='2026-01-01'`, '"week" is none'],
      [`event_time='at', batch_size='day', begin='2026-02-30'`, '"2026-02-30" is no time'],
      [`event_time='at', batch_size='day', begin='soon'`, '"soon" is no time'],
      [`event_time='at', batch_size='day', begin='2026-01-01', lookback=-1`, 'lookback is -1'],
      [
        `event_time='at', batch_size='day', begin='2026-01-01', concurrent_batches='yes'`,
        'concurrent_batches',
      ],
    ];
    for (const [config, message] of wrong) {
      project.write({
        'transforms/daily.sql': `{{ config(materialized='incremental', incremental_strategy='microbatch', ${config}) }} select 1 as at`,
      });
      await expect(run('2026-01-03T12:00:00')).rejects.toThrow(message);
    }
  });
});
