import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runThau } from '../support/run-thau.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface Finding {
  readonly nodeId: string;
  readonly certain: boolean;
  readonly onPresentData: boolean;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly at?: { readonly file: string; readonly line?: number; readonly column?: number };
  readonly notes?: readonly string[];
}
interface Checked {
  readonly asked: number;
  readonly findings: readonly Finding[];
  readonly waiting: Readonly<Record<string, string>>;
  readonly schema?: {
    readonly code: string;
    readonly message: string;
    readonly at?: { readonly file: string };
  };
}

const good: Readonly<Record<string, string>> = {
  'dbt_project.yml': 'name: shop\nmodel-paths: [transforms]\nmodels: {+materialized: table}\n',
  'transforms/sources.yml': 'sources: [{name: raw, tables: [{name: orders}]}]\n',
  'transforms/orders.sql': `select order_id, amount, placed_on from {{ source('raw', 'orders') }}\n`,
  'transforms/totals.sql': `select sum(amount) as total from {{ ref('orders') }}\n`,
  'transforms/days.sql': `{{ config(materialized='incremental', unique_key='placed_on') }}
select placed_on, count(*) as orders from {{ ref('orders') }}
{% if is_incremental() %}where placed_on >= (select max(placed_on) from {{ this }}){% endif %}
group by placed_on\n`,
  'transforms/orders.yml':
    'models:\n  - name: orders\n    columns:\n      - name: order_id\n        data_tests: [unique, not_null]\n',
  'snapshots/states.sql': `{% snapshot states %}{{ config(strategy='check', unique_key='order_id', check_cols='all') }}
select * from {{ ref('orders') }}{% endsnapshot %}\n`,
  'transforms/lately.sql': `select order_id, dbt_valid_from from {{ ref('states') }} where dbt_valid_to is null\n`,
  'schema/orders.graphql': `type Order @relation(model: "orders", key: ["order_id"]) { orderId: Int! amount: Int }
extend type Query { orders: [Order!]! @many }\n`,
};

let root: string;
let place: TestDatabase;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'thau check '));
  place = await createTestDatabase();
  await place.query(
    `create schema raw; create table raw.orders as select 1 as order_id, 5 as amount, date '2026-01-31' as placed_on`,
  );
  write('good', good);
}, 60_000);
afterAll(async () => {
  await place.drop();
  rmSync(root, { recursive: true });
});

function write(project: string, files: Readonly<Record<string, string>>): string {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(root, project, file, '..'), { recursive: true });
    writeFileSync(join(root, project, file), text);
  }
  return join(root, project);
}

async function thau(
  cwd: string,
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return runThau(args, { cwd, env: { DATABASE_URL: place.url } });
}

async function check(cwd: string, ...args: string[]): Promise<Checked & { readonly exit: number | null }> {
  const { code, stdout, stderr } = await thau(cwd, 'check', '--json', ...args);
  const line = stdout.split('\n').find((one) => one.includes('"asked"'));
  expect(line, stdout + stderr).toBeDefined();
  return { ...(JSON.parse(line ?? '{}') as Checked), exit: code };
}

describe('thau check', () => {
  test('finds nothing wrong with a good project that was never built, and builds nothing', async () => {
    const found = await check(join(root, 'good'));
    expect(found).toMatchObject({ exit: 0, findings: [], asked: 7 });
    expect(
      await place.query(`select nspname from pg_namespace where nspname ~ '^(public__r|thau_check)'`),
    ).toEqual([]);
  });

  test('asks only of what changed once all is published', async () => {
    const built = await thau(join(root, 'good'), 'build');
    expect(built.code, built.stdout + built.stderr).toBe(0);
    await place.query('select pg_stat_force_next_flush()');
    // what reads a source is asked again: its columns may have changed
    expect((await check(join(root, 'good'))).asked).toBeLessThanOrEqual(1);
    expect((await check(join(root, 'good'), '--no-cache')).asked).toBe(7);
  });

  test('finds every fault at once, each at its place, and does not tell it again for what reads it', async () => {
    const project = write('faulty', {
      ...good,
      'transforms/totals.sql': `select\n    sum(amont) as total\nfrom {{ ref('orders') }}\n`,
      'transforms/below.sql': `select total from {{ ref('totals') }}\n`,
      'transforms/types.sql': `select amount + placed_on::text as wrong from {{ ref('orders') }}\n`,
      'transforms/syntax.sql': `select 1 as one,\nfrom {{ ref('orders') }}\n`,
      'transforms/literal.sql': `select * from public.ordrs\n`,
      'transforms/calls.sql': `select no_such_function(amount) as x from {{ ref('orders') }}\n`,
      'transforms/promised.sql': `select order_id::bigint as order_id, amount as amuont from {{ ref('orders') }}\n`,
      'transforms/twice.sql': `select order_id, amount as order_id from {{ ref('orders') }}\n`,
      'transforms/asks.sql': `{% set n = run_query("select count(*) from " ~ ref('orders')).columns[0].values()[0] %}\nselect {{ n }} as n, nothing from {{ ref('orders') }}\n`,
      'transforms/table_of_days.sql': `select placed_on, orders + '1 day'::interval as x from {{ ref('days') }}\n`,
      'transforms/faulty.yml': `models:
  - name: promised
    config: {contract: {enforced: true}}
    columns: [{name: order_id, data_type: integer}, {name: amount, data_type: integer}]
  - name: days
    columns: [{name: placed_onn, data_tests: [not_null]}]
`,
    });
    const found = await check(project);
    expect(found.exit).toBe(1);
    const told: Readonly<Record<string, Finding>> = Object.fromEntries(
      found.findings.map((one) => [one.nodeId.split('.')[2] ?? '', one]),
    );
    expect(Object.keys(told).sort()).toEqual([
      'asks',
      'calls',
      'literal',
      'not_null_days_placed_onn',
      'promised',
      'syntax',
      'table_of_days',
      'totals',
      'twice',
      'types',
    ]);
    expect(told['totals']).toMatchObject({
      code: 'POSTGRES_UNDEFINED',
      at: { file: 'transforms/totals.sql', line: 2, column: 9 },
      certain: true,
    });
    expect(told['totals']?.hint).toContain('amount');
    expect(told['literal']?.hint).toBe(`Did you mean {{ ref('orders') }}?`);
    expect(told['promised']?.notes).toEqual([
      'column "order_id" is bigint, and the contract says integer',
      'column "amount" (integer) is not in the SQL',
      'column "amuont" (integer) is not in the contract',
    ]);
    expect(told['not_null_days_placed_onn']?.at?.file).toBe('transforms/faulty.yml');
    expect(told['asks']?.onPresentData).toBe(true);
    expect(told['types']?.code).toBe('POSTGRES_UNDEFINED');
    expect(found.waiting).toEqual({ 'model.shop.below': 'totals' });
  });

  test('holds the GraphQL schema against the columns that models will have', async () => {
    const project = write('renamed', {
      ...good,
      'transforms/orders.sql': `select order_id, amount as sum, placed_on from {{ source('raw', 'orders') }}\n`,
      'transforms/totals.sql': `select sum(sum) as total from {{ ref('orders') }}\n`,
    });
    const found = await check(project);
    expect(found).toMatchObject({ exit: 1, findings: [] });
    expect(found.schema?.at?.file).toBe('schema/orders.graphql');
    expect(found.schema?.message).toContain('amount');
  });

  test('says perhaps where a hook may make what is missing', async () => {
    const project = write('hooked', {
      ...good,
      'dbt_project.yml': `${good['dbt_project.yml']}on-run-start: "create or replace function public.twice(n int) returns int language sql immutable return n * 2"\n`,
      'transforms/totals.sql': `select public.twice(amount) as total from {{ ref('orders') }}\n`,
    });
    const found = await check(project);
    expect(found.exit).toBe(0);
    expect(found.findings).toMatchObject([{ nodeId: 'model.shop.totals', certain: false }]);
    const built = await thau(project, 'build');
    expect(built.code, built.stderr).toBe(0);
  });

  test('a build tells what the check found, builds what can be as dbt does, and publishes nothing', async () => {
    const before = await place.query('select generation from thau.pointer');
    const stopped = await thau(join(root, 'faulty'), 'build', '--json', '--fail-fast');
    expect(stopped.code).toBe(1);
    expect(stopped.stdout).not.toContain('node_started');
    const built = await thau(join(root, 'faulty'), 'build');
    expect(built.code).toBe(1);
    const told = built.stderr.replaceAll(/\x1b\[\d+m/g, '');
    expect(told).toContain('transforms/totals.sql:2:9: totals cannot be built: ');
    expect(told).toContain(': 1 built, ');
    expect(told).toMatch(/ERROR +.* totals/);
    expect(told).toContain("Did you mean {{ ref('orders') }}?");
    expect(told).toMatch(/SKIP +.* below/);
    expect(await place.query('select generation from thau.pointer')).toEqual(before);
    const renamed = await thau(join(root, 'renamed'), 'build');
    expect(renamed.stderr).toContain('schema/orders.graphql');
    expect(renamed.stderr).not.toMatch(/OK +table/);
  });

  test('keeps no node from a build that dbt would build', async () => {
    const project = write('unforeseen', {
      'dbt_project.yml': good['dbt_project.yml'] ?? '',
      // a function made by another node's hook, a column and a type changed by the parent's, a table made by the
      // template of another, a schema searched since the node's own hook says so
      'transforms/first.sql': `{{ config(materialized='table', pre_hook="create or replace function public.thrice(n int) returns int language sql immutable return n * 3", post_hook="alter table {{ this }} add column extra int default 5, alter column day type date using day::date") }} select 1 as id, '2026-01-01' as day`,
      'transforms/second.sql': `-- depends_on: {{ ref('first') }}\nselect public.thrice(2) as six`,
      'transforms/third.sql': `select extra, day + 1 as next from {{ ref('first') }}`,
      'transforms/fourth.sql': `{% if execute %}{% do run_query('create schema if not exists aside') %}{% do run_query('create table if not exists aside.made as select 1 as one') %}{% endif %}select one from aside.made`,
      'transforms/fifth.sql': `{{ config(pre_hook="set local search_path = aside") }} -- {{ ref('fourth') }}\nselect one from made`,
      'transforms/sixth.sql': `{% if execute %}{% set found = dbt_list('first') %}{% if not found %}{{ exceptions.raise_compiler_error('none') }}{% endif %}{% endif %} -- {{ ref('first') }}\nselect 1 as one`,
      'macros/m.sql': `{% macro dbt_list(name) %}{{ return(run_query("select relname from pg_class where relname = '" ~ name ~ "'").rows | list) }}{% endmacro %}`,
    });
    const built = await thau(project, 'build');
    expect(built.code, built.stdout + built.stderr).toBe(0);
    expect(built.stderr).not.toContain('cannot be built');
    expect(await place.query('select * from public.third')).toEqual([
      { extra: 5, next: new Date('2026-01-02') },
    ]);
  });

  test('a plan says what would be refused, and why', async () => {
    const { code, stdout } = await thau(join(root, 'faulty'), 'plan', '--select', 'totals', 'orders');
    expect(code).toBe(1);
    expect(stdout).toMatch(/totals +refuse +transforms\/totals\.sql:2:9: .*amont/);
  });
});
