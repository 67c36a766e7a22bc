import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { projectFolder, type ProjectFolder } from './support/child-thau.js';
import { openState, statuses, type Ran } from './support/engine.js';
import { planOf, runProject } from './support/project-run.js';

let place: TestDatabase;
let database: Database;
let project: ProjectFolder;

const pivot = `{{ config(materialized='table') }}
-- depends_on: {{ ref('kinds') }}
{% set kinds = [] %}
{% if execute %}
{% for row in run_query('select distinct kind from ' ~ ref('kinds') ~ ' order by 1').rows %}
{% do kinds.append(row[0]) %}
{% endfor %}
{% endif %}
select id{% for kind in kinds %}, (kind = '{{ kind }}')::int as is_{{ kind }}{% endfor %}
from {{ ref('orders') }}`;
const star = `{{ config(materialized='table') }}
select {% for column in adapter.get_columns_in_relation(ref('orders')) %}{{ column.name }} as o_{{ column.name }}{{ ', ' if not loop.last }}{% endfor %}{% if not execute %}1{% endif %}
from {{ ref('orders') }}`;
const found = `{{ config(materialized='table') }}
-- depends_on: {{ ref('part_one') }}
{% set names = [] %}
{% if execute %}
{% for row in run_query("select table_name from information_schema.tables where table_schema = 'shop' and table_name like 'part%' order by 1").rows %}
{% do names.append(row[0]) %}
{% endfor %}
{% endif %}
select count(*) as parts, '{{ names | join(' ') }}' as names from (select 1) as one`;
const files = {
  'transforms/sources.yml': 'sources: [{name: raw, tables: [{name: orders}, {name: kinds}]}]\n',
  'transforms/kinds.sql': `{{ config(materialized='table') }} select * from {{ source('raw', 'kinds') }}`,
  'transforms/orders.sql': `{{ config(materialized='table') }} select * from {{ source('raw', 'orders') }}`,
  'transforms/pivot.sql': pivot,
  'transforms/star.sql': star,
  'transforms/found.sql': found,
  'transforms/part_one.sql': 'select 1 as x',
  'transforms/below.sql': `{{ config(materialized='table') }} select * from {{ ref('pivot') }}`,
  'tests/no_null.sql': `select * from {{ ref('below') }} where id is null`,
  'transforms/loose.sql': `{{ config(materialized='table') }} select * from raw.loose`,
  'transforms/catalog.sql': `{{ config(materialized='table') }} select count(*) as n from pg_catalog.pg_class`,
  'transforms/writer.sql': `{{ config(materialized='table') }} {% if execute %}{% do run_query('insert into raw.log values (1)') %}{% endif %} select 1 as x`,
  'transforms/ender.sql': `{{ config(materialized='table') }} {% if execute %}{% do run_query('commit; insert into raw.log values (2)') %}{% endif %} select 1 as x`,
};

beforeAll(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  await change(`create schema raw; create table raw.orders as select 1 as id, 'a' as kind;
    create table raw.kinds as select 'a' as kind; create table raw.loose as select 1 as x; create table raw.log (x int)`);
  project = projectFolder(files);
});
afterAll(async () => {
  project.remove();
  await database.close();
  await place.drop();
});

const change = (sql: string): Promise<unknown> => place.query(`${sql}; select pg_stat_force_next_flush()`);
const build = (): Promise<Ran> => runProject(database, project.path, { carry: true });
const plan = (): ReturnType<typeof planOf> => planOf(database, project.path);
const always = { catalog: 'success', writer: 'success', ender: 'success' };
const unchanged = {
  ...Object.fromEntries(
    Object.keys(files)
      .filter((name) => name.endsWith('.sql'))
      .map((name) => [/(\w+)\.sql$/.exec(name)?.[1] ?? '', 'carried']),
  ),
  ...always,
};

describe('a node whose template asks the database', () => {
  test('is carried forward over what answers the same', async () => {
    await build();
    expect(statuses(await build())).toEqual(unchanged);
    const before = await place.query('select count(*)::int as n from raw.log');
    expect(await plan()).toMatchObject({
      pivot: { action: 'carry', because: 'nothing it depends on changed' },
      star: { action: 'carry' },
      writer: { action: 'build', because: 'asks the database' },
      catalog: { action: 'build', because: 'reads pg_catalog.pg_class, which changes unseen' },
    });
    expect(await place.query('select count(*)::int as n from raw.log')).toEqual(before);
  });

  test('is decided during the run when what it asks is built, and kept when the answer is the same', async () => {
    await change(`insert into raw.kinds values ('a')`);
    expect(await plan()).toMatchObject({
      kinds: { action: 'build', because: 'raw.kinds changed' },
      pivot: { action: 'decide', because: 'asks the database about kinds, which may change' },
      below: { action: 'decide', because: 'reads pivot, which may be built' },
      no_null: { action: 'decide' },
      star: { action: 'carry' },
      found: { action: 'decide', because: 'asks the database which relations there are' },
    });
    expect(statuses(await build())).toEqual({ ...unchanged, kinds: 'success' });
    expect(statuses(await build())).toEqual(unchanged);
  });

  test('is built when the answer is another, with everything below', async () => {
    await change(`insert into raw.kinds values ('b')`);
    expect(statuses(await build())).toEqual({
      ...unchanged,
      kinds: 'success',
      pivot: 'success',
      below: 'success',
      no_null: 'pass',
    });
    expect(await place.query('select * from shop.below')).toEqual([{ id: 1, is_a: 1, is_b: 0 }]);
    expect(statuses(await build())).toEqual(unchanged);
  });

  test('is built when relations come that it looks for, or columns that it lists', async () => {
    project.write({ 'transforms/part_two.sql': 'select 2 as x' });
    await change('alter table raw.orders add column note text');
    expect(await plan()).toMatchObject({
      star: { action: 'build', because: 'reads orders, which is built' },
      part_two: { action: 'build', because: 'was never built' },
    });
    await build();
    // it may have been built before the relation was: the next run finds it
    const next = await build();
    expect(statuses(await build())).toEqual({ ...unchanged, part_two: 'carried' });
    expect(next.state).toBe('published');
    expect(await place.query('select names from shop.found')).toEqual([{ names: 'part_one part_two' }]);
    expect(await place.query('select o_note from shop.star')).toEqual([{ o_note: null }]);
  });

  test('that a failed run built well is not built again by the retry', async () => {
    project.write({
      'transforms/broken.sql': `{{ config(materialized='table') }} select 1 / (select 0) as x`,
    });
    await change(`insert into raw.kinds values ('c'); insert into raw.orders values (2, 'c')`);
    const failed = await build();
    expect(failed.state).toBe('failed');
    expect(statuses(failed)).toMatchObject({ pivot: 'success', below: 'success', broken: 'error' });
    project.write({ 'transforms/broken.sql': 'select 1 as x' });
    const retried = await runProject(database, project.path, { carry: true, retryOf: failed.runId });
    expect(retried.state).toBe('published');
    expect(statuses(retried)).toMatchObject({
      pivot: 'carried',
      below: 'carried',
      no_null: 'carried',
      star: 'carried',
      broken: 'success',
    });
    expect(await place.query('select id, is_c from shop.below order by id')).toEqual([
      { id: 1, is_c: 0 },
      { id: 2, is_c: 1 },
    ]);
  });

  test('says what it warns of and prints once, when it is built, and nothing when it is kept', async () => {
    project.write({
      'transforms/teller.sql': `{{ config(materialized='table') }}
-- depends_on: {{ ref('kinds') }}
{% if execute %}
{% set n = run_query('select count(distinct kind) from ' ~ ref('kinds')).rows[0][0] %}
{% do exceptions.warn('there are ' ~ n ~ ' kinds') %}{{ print('printed') }}{{ log('to the file') }}
{% endif %}
select 1 as x`,
    });
    const said = ({ events }: Ran): unknown[] =>
      events.flatMap((event) =>
        event.type === 'log' ? [[event.message, event.toConsole, event.printed]] : [],
      );
    await plan();
    expect(said(await build())).toEqual([
      ['there are 3 kinds', true, false],
      ['printed', true, true],
      ['to the file', false, false],
    ]);
    const kept = await build();
    expect(statuses(kept)).toMatchObject({ teller: 'carried' });
    expect(said(kept)).toEqual([]);
    await change(`insert into raw.kinds values ('d')`);
    const decided = await build();
    // what it says is part of no relation: its SQL is what it was
    expect(statuses(decided)).toMatchObject({ kinds: 'success', teller: 'carried' });
    expect(said(decided)).toEqual([]);
  });
});

describe('a relation that SQL names by hand', () => {
  test('is an input as a source is: its node is built when it changed', async () => {
    project.write({
      'transforms/older.sql': `{{ config(materialized='table') }} select count(*) as n from shop.orders`,
    });
    await build();
    expect(statuses(await build())).toMatchObject({ loose: 'carried', older: 'carried' });
    await change('insert into raw.loose values (2)');
    expect(await plan()).toMatchObject({ loose: { action: 'build', because: 'raw.loose changed' } });
    expect(statuses(await build())).toMatchObject({ loose: 'success', older: 'carried' });
    await change(`insert into raw.orders values (3, 'c')`);
    // it reads the published generation: what this run builds is news to the next
    expect(statuses(await build())).toMatchObject({ orders: 'success', older: 'carried' });
    expect(statuses(await build())).toMatchObject({ orders: 'carried', older: 'success' });
    expect(await place.query('select n::int from shop.older')).toEqual([{ n: 3 }]);
  });
});
