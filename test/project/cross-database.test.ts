import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseTemplate } from '../../src/jinja/parse/parse-template.js';
import { evaluateAsync, renderAsync } from '../../src/jinja/render.js';
import { HostFunction } from '../../src/jinja/values/host-function.js';
import { toPlain } from '../../src/jinja/values/plain.js';
import { Tuple } from '../../src/jinja/values/tuple.js';
import { str } from '../../src/jinja/values/repr.js';
import type { Value } from '../../src/jinja/values/value.js';
import { dispatchFunction } from '../../src/project/context/dispatch.js';
import { Exceptions } from '../../src/project/context/exceptions.js';
import { HostRecord } from '../../src/project/context/host-record.js';
import { MacroTable } from '../../src/project/context/macro-table.js';
import { NodeGlobals } from '../../src/project/context/node-globals.js';
import { ResultTable } from '../../src/project/context/result-table.js';
import { pureFunctions } from '../../src/project/context/functions.js';
import { ColumnClass } from '../../src/project/context/column-value.js';
import { modules } from '../../src/project/context/modules/modules.js';
import { standardMacros } from '../../src/project/parse/read-macros.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(async () => {
  await database.drop();
});

const macros = new MacroTable('shop', []);
for (const macro of standardMacros()) macros.add(macro);

/** As much of a run as `run_query` needs: one row of numbers, kept by name. */
const results = new Map<string, Value>();
const run = {
  execute: new HostFunction('execute', async ({ args }) => {
    const [row = {}] = await database.query(str(args[0] ?? null));
    return new Tuple(['SELECT 1', new ResultTable(Object.keys(row), [Object.values(row).map(Number)])]);
  }),
  store_result: new HostFunction('store_result', ({ args, kwargs }) => {
    results.set(str(args[0] ?? null), new HostRecord('result', { table: kwargs.get('agate_table') ?? null }));
    return '';
  }),
  load_result: new HostFunction('load_result', ({ args }) => results.get(str(args[0] ?? null)) ?? null),
};

const shared = new Map<string, Value>([
  ...pureFunctions(),
  ['modules', modules.value],
  ['exceptions', new Exceptions(() => undefined)],
  ['api', new HostRecord('api', { Column: new ColumnClass() })],
  ['execute', true],
  ['store_result', run.store_result],
  ['load_result', run.load_result],
]);
const globals: NodeGlobals = new NodeGlobals(
  macros,
  'shop',
  new Map<string, Value>([
    [
      'adapter',
      new HostRecord('adapter', { dispatch: dispatchFunction(() => globals), execute: run.execute }),
    ],
  ]),
  shared,
);

async function render(source: string): Promise<string> {
  return (await renderAsync(parseTemplate(source, { file: 'model.sql' }), globals)).trim();
}

async function value(expression: string): Promise<unknown> {
  return toPlain(await evaluateAsync(parseTemplate(`{{ ${expression} }}`, { file: 'model.sql' }), globals));
}

/** The first column of what the expression selects, as PostgreSQL prints it. */
async function select(expression: string): Promise<unknown[]> {
  const rows = await database.query(`select (${await render(`{{ ${expression} }}`)})::text as value`);
  return rows.map((row) => row['value']);
}

describe('dates', () => {
  test.each([
    ["dbt.dateadd('day', 1, \"date '2020-01-31'\")", '2020-02-01 00:00:00'],
    ["dbt.dateadd('month', 1, \"date '2020-01-31'\")", '2020-02-29 00:00:00'],
    ["dbt.dateadd('quarter', -1, \"date '2020-01-31'\")", '2019-10-31 00:00:00'],
    ["dbt.dateadd('hour', '2 + 1', \"timestamp '2020-01-31 22:00'\")", '2020-02-01 01:00:00'],
    ["dbt.dateadd('week', 2, \"date '2020-01-01'\")", '2020-01-15 00:00:00'],
    ["dbt.datediff(\"'2019-12-31'\", \"'2020-01-01'\", 'year')", '1'],
    ["dbt.datediff(\"'2020-01-01'\", \"'2020-12-31'\", 'year')", '0'],
    ["dbt.datediff(\"'2019-11-30'\", \"'2020-04-01'\", 'quarter')", '2'],
    ["dbt.datediff(\"'2020-01-31'\", \"'2020-03-01'\", 'month')", '2'],
    ["dbt.datediff(\"'2020-03-01'\", \"'2020-01-31'\", 'month')", '-2'],
    ["dbt.datediff(\"'2020-01-04'\", \"'2020-01-05'\", 'week')", '1'],
    ["dbt.datediff(\"'2020-01-05'\", \"'2020-01-11'\", 'week')", '0'],
    ["dbt.datediff(\"'2020-01-05'\", \"'2020-01-04'\", 'week')", '-1'],
    ["dbt.datediff(\"'2020-01-01'\", \"'2020-03-01'\", 'day')", '60'],
    ["dbt.datediff(\"'2020-01-01 23:59'\", \"'2020-01-02 00:01'\", 'day')", '1'],
    ["dbt.datediff(\"'2020-01-01 23:59'\", \"'2020-01-02 00:01'\", 'hour')", '1'],
    ["dbt.datediff(\"'2020-01-01 00:00:59'\", \"'2020-01-01 01:01:00'\", 'minute')", '61'],
    ["dbt.datediff(\"'2020-01-01 00:00:00.9'\", \"'2020-01-01 00:00:02.1'\", 'second')", '2'],
    ["dbt.datediff(\"'2020-01-01 00:00:00.001'\", \"'2020-01-01 00:00:02.5'\", 'millisecond')", '2499'],
    ["dbt.datediff(\"'2020-01-01 00:00:00'\", \"'2020-01-01 00:00:00.000007'\", 'microsecond')", '7'],
    ["dbt.date_trunc('month', \"date '2020-02-15'\") ~ '::date'", '2020-02-01'],
    ["dbt.last_day(\"date '2020-02-15'\", 'month')", '2020-02-29'],
    ["dbt.last_day(\"date '2020-02-15'\", 'quarter')", '2020-03-31'],
    ["dbt.last_day(\"date '2020-02-15'\", 'year')", '2020-12-31'],
    ['dbt.date(2023, 9, 20)', '2023-09-20'],
  ])('%s is %s', async (expression, expected) => {
    expect(await select(expression)).toEqual([expected]);
  });

  test('differences have the types dbt has: integers for days and weeks, else double precision', async () => {
    for (const [part, type] of [
      ['year', 'double precision'],
      ['month', 'double precision'],
      ['week', 'integer'],
      ['day', 'integer'],
      ['hour', 'double precision'],
      ['second', 'double precision'],
    ]) {
      const sql = await render(`{{ dbt.datediff("'2020-01-01'", "'2020-02-01'", '${String(part)}') }}`);
      expect(await database.query(`select pg_typeof(${sql})::text as type`)).toEqual([{ type }]);
    }
  });

  test('an unknown part is refused', async () => {
    await expect(render("{{ dbt.datediff('a', 'b', 'fortnight') }}")).rejects.toThrow(
      'datediff has no part "fortnight"',
    );
  });

  test('the clock’s macros are timestamps', async () => {
    for (const [name, type] of [
      ['current_timestamp', 'timestamp with time zone'],
      ['current_timestamp_backcompat', 'timestamp without time zone'],
      ['current_timestamp_in_utc_backcompat', 'timestamp without time zone'],
      ['snapshot_get_time', 'timestamp without time zone'],
    ]) {
      const sql = await render(`{{ dbt.${String(name)}() }}`);
      expect(await database.query(`select pg_typeof(${sql})::text as type`)).toEqual([{ type }]);
    }
  });
});

describe('ranges of dates', () => {
  test('a spine has every date up to the end', async () => {
    const sql = await render(`{{ dbt.date_spine('day', "'2020-01-30'::date", "'2020-02-02'::date") }}`);
    const rows = await database.query(`select date_day::date::text as day from (${sql}) as spine order by 1`);
    expect(rows.map((row) => row['day'])).toEqual(['2020-01-30', '2020-01-31', '2020-02-01']);
  });

  test('a series counts from one', async () => {
    const sql = await render('{{ dbt.generate_series(5) }}');
    expect(await database.query(sql)).toEqual(
      [1, 2, 3, 4, 5].map((generated_number) => ({ generated_number })),
    );
  });

  test('lists of days are made without the database', async () => {
    expect(await value("dbt.dates_in_range('20200227', '20200301')")).toEqual([
      '20200227',
      '20200228',
      '20200229',
      '20200301',
    ]);
    expect(await value("dbt.dates_in_range('2020-01-01', in_fmt='%Y-%m-%d', out_fmt='%d/%m/%Y')")).toEqual([
      '01/01/2020',
    ]);
    expect(await value("dbt.partition_range('20180101, 20180102')")).toEqual(['20180101', '20180102']);
    expect(await value('dbt.partition_range(20180101)')).toEqual(['20180101']);
    expect(await value('dbt.get_powers_of_two(1)')).toBe(1);
    expect(await value('dbt.get_powers_of_two(100)')).toBe(7);
    await expect(value("dbt.partition_range('a,b,c')")).rejects.toThrow('one date or two');
    await expect(value("dbt.dates_in_range('20200302', '20200301')")).rejects.toThrow('is before');
  });
});

describe('text, types and aggregates', () => {
  test.each([
    ['dbt.concat(["\'a\'", "\'b\'", "\'c\'"])', 'abc'],
    ['dbt.hash("\'a\'")', '0cc175b9c0f1b6a831c399e269772661'],
    ['dbt.hash(1)', 'c4ca4238a0b923820dcc509a6f75849b'],
    ['dbt.length("\'abc\'")', '3'],
    ['dbt.position("\'b\'", "\'abc\'")', '2'],
    ['dbt.replace("\'abc\'", "\'b\'", "\'x\'")', 'axc'],
    ['dbt.right("\'abc\'", 2)', 'bc'],
    ['dbt.split_part("\'a|b|c\'", "\'|\'", 2)', 'b'],
    ['dbt.split_part("\'a|b|c\'", "\'|\'", -1)', 'c'],
    ["dbt.string_literal('abc')", 'abc'],
    ['dbt.string_literal(dbt.escape_single_quotes("it\'s"))', "it's"],
    ['dbt.cast_bool_to_text(true)', 'true'],
    ['dbt.safe_cast("\'5\'", dbt.type_int())', '5'],
    ['dbt.cast("\'1.5\'", dbt.type_numeric())', '1.500000'],
    ['dbt.cast("\'2020-01-01\'", dbt.type_timestamp())', '2020-01-01 00:00:00'],
    ['dbt.cast("\'1\'", dbt.type_boolean())', 'true'],
    ['dbt.cast("\'1.5\'", dbt.type_float())', '1.5'],
    ['dbt.cast("\'5\'", dbt.type_bigint())', '5'],
    ['dbt.cast(5, dbt.type_string()) ~ " || \'x\'"', '5x'],
    ['dbt.equals("null", "null")', 'true'],
    ['dbt.equals("1", "null")', 'false'],
    ['dbt.array_construct([1, 2])', '{1,2}'],
    ['dbt.array_construct()', '{}'],
    ["dbt.array_construct([], 'text')", '{}'],
    ['dbt.array_append(dbt.array_construct([1]), 2)', '{1,2}'],
    ['dbt.array_concat(dbt.array_construct([1]), dbt.array_construct([2, 3]))', '{1,2,3}'],
    ['"(select " ~ dbt.any_value("x") ~ " from (values (2), (1)) as v (x))"', '1'],
    ['"(select " ~ dbt.bool_or("x > 1") ~ " from (values (2), (1)) as v (x))"', 'true'],
    [
      '"(select " ~ dbt.listagg("x", "\',\'", "order by x desc") ~ " from (values (\'a\'), (\'b\')) as v (x))"',
      'b,a',
    ],
    [
      '"(select " ~ dbt.listagg("x", "\',\'", "order by x", 2) ~ " from (values (\'a\'), (\'b\'), (\'c\')) as v (x))"',
      'a,b',
    ],
    ['"(select count(*) from (select 1 " ~ dbt.except() ~ " select 1) as v)"', '0'],
    ['"(select count(*) from (select 1 " ~ dbt.intersect() ~ " select 1) as v)"', '1'],
  ])('%s is %s', async (expression, expected) => {
    expect(await select(expression)).toEqual([expected]);
  });

  test('a project overrides them by dispatch, and calls them without the package', async () => {
    expect(await render("{{ concat(['a', 'b']) }}")).toBe('a || b');
  });
});
