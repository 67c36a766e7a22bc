import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { projectFolder, type ProjectFolder } from './support/child-thau.js';
import { openState } from './support/engine.js';
import { planOf, runProject, type ProjectRun } from './support/project-run.js';

let place: TestDatabase;
let database: Database;
let project: ProjectFolder;

const table = (sql: string, config = ''): string => `{{ config(materialized='table'${config}) }} ${sql}`;
const files = {
  'transforms/sources.yml': `sources: [{name: raw, tables: [{name: orders}, {name: dated, loaded_at_field: at}, {name: far}]}]\n`,
  'macros/own.sql': `{% materialization mine, default %}{% call statement('main') %}create table {{ this }} as {{ sql }}{% endcall %}{{ return({'relations': [this]}) }}{% endmaterialization %}\n`,
  'transforms/steady.sql': table('select 1 as x'),
  'transforms/stg.sql': `select * from {{ source('raw', 'orders') }}`,
  'transforms/total.sql': table(`select sum(amount) as total from {{ ref('stg') }}`),
  'transforms/dated.sql': table(`select max(at) as at from {{ source('raw', 'dated') }}`),
  'transforms/far.sql': table(`select * from {{ source('raw', 'far') }}`),
  'transforms/twice.sql': table('select public.twice(2) as x'),
  'transforms/today.sql': table('select current_date as day'),
  'transforms/daily.sql': table(
    'select current_date as day',
    `, freshness={'build_after': {'count': 1, 'period': 'day'}}`,
  ),
  'transforms/invoked.sql': table(`select '{{ invocation_id }}' as x`),
  'transforms/hooked.sql': table('select 1 as x', `, post_hook="select {{ var('wait', 1) }}"`),
  'transforms/mine.sql': `{{ config(materialized='mine') }} select 1 as x`,
  'snapshots/past.sql': `{% snapshot past %}{{ config(unique_key='id', strategy='check', check_cols='all') }} select * from {{ ref('stg') }}{% endsnapshot %}`,
  'tests/some.sql': `select * from {{ ref('steady') }} where x is null`,
};

beforeAll(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  await change(`create schema raw; create table raw.orders as select 1 as id, 10 as amount;
    create table raw.dated as select '2026-01-01'::timestamp as at;
    create extension file_fdw; create server files foreign data wrapper file_fdw;
    create foreign table raw.far (line text) server files options (program 'echo far');
    create function public.twice(x int) returns int language sql immutable as 'select x * 2'`);
  project = projectFolder(files);
  await runProject(database, project.path, { carry: true });
});
afterAll(async () => {
  project.remove();
  await database.close();
  await place.drop();
});

const change = (sql: string): Promise<unknown> => place.query(`${sql}; select pg_stat_force_next_flush()`);
/** Why each node is built; empty for what is carried forward as always. */
const reasons = async (options: ProjectRun = {}): Promise<Record<string, string>> => {
  const plan = await planOf(database, project.path, options);
  return Object.fromEntries(
    Object.entries(plan)
      .filter(([, { because }]) => because !== 'nothing it depends on changed')
      .map(([name, { action, because }]) => [name, `${action}: ${because}`]),
  );
};
const always = {
  today: 'build: calls current_date(), which may answer differently',
  daily: 'carry: is good for a day by its freshness, and nothing else changed',
  invoked: 'build: reads the run',
  mine: 'build: has a materialization of its own',
  far: 'build: cannot tell whether raw.far changed',
};
/** What changes, and is put back, and what the plan says then beside what it always says. */
const cases: readonly [string, () => unknown, () => unknown, Record<string, string>][] = [
  ['nothing changed', () => undefined, () => undefined, {}],
  [
    'a node is new',
    () => project.write({ 'transforms/fresh.sql': 'select 1 as x' }),
    () => project.write({ 'transforms/fresh.sql': `{{ config(enabled=false) }} select 1 as x` }),
    { fresh: 'build: was never built' },
  ],
  [
    'SQL changed',
    () => project.write({ 'transforms/steady.sql': table('select 2 as x') }),
    () => project.write({ 'transforms/steady.sql': files['transforms/steady.sql'] }),
    {
      steady: 'build: its SQL or config changed',
      some: 'build: reads steady, which is built',
    },
  ],
  [
    'SQL cannot be rendered',
    () =>
      project.write({
        'transforms/steady.sql': table(`select {% if execute %}{{ 1 / 0 }}{% endif %} 1 as x`),
      }),
    () => project.write({ 'transforms/steady.sql': files['transforms/steady.sql'] }),
    { steady: 'build: cannot be rendered yet', some: 'build: reads steady, which is built' },
  ],
  [
    'a name changed',
    () => project.write({ 'transforms/steady.sql': table('select 1 as x', `, alias='calm'`) }),
    () => project.write({ 'transforms/steady.sql': files['transforms/steady.sql'] }),
    { steady: 'build: has another name', some: 'build: reads steady, which is built' },
  ],
  [
    'a relation is gone',
    () => place.query('alter table shop__r1.twice rename to away'),
    () => place.query('alter table shop__r1.away rename to twice'),
    { twice: 'build: its relation is gone' },
  ],
  [
    'a function has another body',
    () =>
      place.query(
        `create or replace function public.twice(x int) returns int language sql immutable as 'select x + x'`,
      ),
    () =>
      place.query(
        `create or replace function public.twice(x int) returns int language sql immutable as 'select x * 2'`,
      ),
    { twice: 'build: twice() changed' },
  ],
  [
    'a function has become volatile',
    () => place.query('alter function public.twice(int) volatile'),
    () => place.query('alter function public.twice(int) immutable'),
    { twice: 'build: calls twice(), which may answer differently' },
  ],
  [
    'the clock was set back',
    () => place.query(`update thau.runs set started_at = started_at + interval '1 hour'`),
    () => place.query(`update thau.runs set started_at = started_at - interval '1 hour'`),
    {
      ...Object.fromEntries(
        [
          'steady',
          'stg',
          'total',
          'dated',
          'far',
          'twice',
          'today',
          'daily',
          'invoked',
          'hooked',
          'mine',
          'past',
        ].map((name) => [name, 'build: was built in the future: the clock was set back']),
      ),
      some: 'build: reads steady, which is built',
    },
  ],
  [
    'counters were believed for long, and a period is over',
    () => place.query(`update thau.runs set started_at = started_at - interval '25 hours'`),
    () => place.query(`update thau.runs set started_at = started_at + interval '25 hours'`),
    {
      stg: "build: raw.orders was taken at its counters' word for more than a day",
      total: 'build: reads stg, which is built',
      past: 'build: reads stg, which is built',
      far: "build: raw.far was taken at its counters' word for more than a day",
      daily: 'build: calls current_date(), which may answer differently, and a day passed',
    },
  ],
  [
    'a test did not pass',
    () => place.query(`update thau.artifacts set content = '{}' where kind = 'tests'`),
    () => undefined,
    { some: 'build: did not pass in this generation' },
  ],
];

test.each(cases)('the plan says why when %s', async (_name, begin, end, says) => {
  await begin();
  try {
    expect(await reasons()).toEqual({ ...always, ...says });
  } finally {
    await end();
  }
});

test('the plan says why when flags ask for more or less', async () => {
  const all = await reasons({ force: 'was selected' });
  expect(new Set(Object.values(all))).toEqual(new Set(['build: was selected']));
  expect(await reasons({ vars: { wait: 2 } })).toMatchObject({ hooked: 'build: its SQL or config changed' });
  expect(await reasons({ flags: { EMPTY: true } })).toMatchObject({
    steady: 'build: is built empty',
    past: 'carry: keeps its history: a sample would close what it leaves out',
  });
});

test('the plan says why when data came, when a run left less than all, and when it left something behind', async () => {
  await change(`insert into raw.orders values (2, 5); insert into raw.dated values ('2026-02-01')`);
  expect(await reasons()).toMatchObject({
    stg: 'build: raw.orders changed',
    dated: 'build: raw.dated changed',
    total: 'build: reads stg, which is built',
  });
  await runProject(database, project.path, { only: ['stg'] });
  expect(await reasons()).toMatchObject({
    total: 'build: was left behind by a run with a selection',
    past: 'build: was left behind by a run with a selection',
  });
  await runProject(database, project.path, { only: ['steady'], flags: { EMPTY: true } });
  expect(await reasons()).toMatchObject({ steady: 'build: holds less than all (empty)' });
});
