import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNotShared } from '../../../src/build/versioned/why-not-shared.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { projectFolder, thau, type ProjectFolder } from '../support/child-thau.js';

const replace = readFileSync(
  resolve(import.meta.dirname, '../../../transforms/macros/get_incremental_replace_sql.sql'),
  'utf8',
);

/** A strategy of the project's: these statements, made with what else stands in the macro. */
const strategy = (name: string, statements: string): string => `
  {% macro get_incremental_${name}_sql(given) %}
    {%- set target = given['target_relation'] -%}
    {%- set columns = given['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    ${statements}
  {% endmacro %}`;
const insert =
  "insert into {{ target }} ({{ columns }}) select {{ columns }} from {{ given['temp_relation'] }}";
const macros = {
  asking: `{% set held = run_query('select count(*) as n from ' ~ target).rows[0][0] -%}
    {%- set all = adapter.get_columns_in_relation(target) | map(attribute='name') | join(',') -%}
    update {{ target }} set note = '{{ held }} {{ all }} {{ is_incremental() }} {{ this ~ '' == target ~ '' }}'
    where id = 3; delete from {{ target }} where id = 1; ${insert}`,
  by_name: `delete from "{{ model.schema }}"."{{ model.alias }}" where id = 1; ${insert}`,
  truncating: `truncate {{ target }}; ${insert}`,
  early: `{% do run_query('delete from ' ~ target ~ ' where id = 1') -%} ${insert}`,
  starred: `insert into {{ target }} ({{ columns }}) select * from {{ target }} where id = 3; ${insert}`,
};

const model = (
  named: string,
  incremental: string,
  config = '',
): string => `{{ config(materialized='incremental',
    incremental_strategy='${named}', incremental_path='versioned'${config}) }}
  {% if is_incremental() %}${incremental}{% else %}
  select id, 'first' as note from generate_series(1, 3) as s (id){% endif %}`;
const second = "select 1 as id, 'second' as note";

describe('a strategy that the project wrote', () => {
  let database: TestDatabase;
  let project: ProjectFolder;
  beforeAll(async () => {
    database = await createTestDatabase();
    project = projectFolder({
      'macros/replace.sql': replace,
      ...Object.fromEntries(
        Object.entries(macros).map(([name, text]) => [`macros/${name}.sql`, strategy(name, text)]),
      ),
      ...Object.fromEntries(
        Object.keys(macros).map((name) => [`transforms/${name}.sql`, model(name, second)]),
      ),
      'transforms/replaced.sql': model(
        'replace',
        `${second} union all select 2, null union all select 4, null union all select null, 'nobody'`,
        ", unique_key='id', gone_when='note is null'",
      ),
    });
  });
  afterAll(async () => {
    project.remove();
    await database.drop();
  });
  const build = (...more: string[]): ReturnType<typeof thau> =>
    thau(['run', '--project-dir', project.path, ...more], { DATABASE_URL: database.url });
  const rowsOf = async (name: string): Promise<unknown[]> => {
    const [place] = await database.query(
      `select schema_name as schema from thau.stable_views where name = '${name}'`,
    );
    const rows = await database.query(`select * from "${String(place?.['schema'])}"."${name}" order by 1, 2`);
    return rows.map((row) => Object.values(row));
  };

  test('runs on the table that generations share where it only inserts, deletes, updates and merges', async () => {
    expect((await build()).code).toBe(0);
    const ended = await build('--no-carry');
    expect(ended.code, ended.stderr).toBe(0);
    const line = (name: string): string =>
      new RegExp(`\\.${name}\\s+(.+?)\\s+[0-9.]+ s$`, 'm').exec(ended.stderr)?.[1] ?? ended.stderr;

    expect(line('replaced')).toBe('INSERT 0 2 (versioned)');
    // 1 anew, 2 gone, 3 as it was, 4 never stored
    expect(await rowsOf('replaced')).toEqual([
      [1, 'second'],
      [3, 'first'],
      [null, 'nobody'],
    ]);
    expect(line('asking')).toBe('INSERT 0 1 (versioned)');
    expect(await rowsOf('asking')).toEqual([
      [1, 'second'],
      [2, 'first'],
      [3, '3 id,note True True'],
    ]);
    const done = [
      [1, 'second'],
      [2, 'first'],
      [3, 'first'],
    ];
    expect(line('by_name')).toBe('INSERT 0 1 (versioned)');
    expect(await rowsOf('by_name')).toEqual(done);
    expect(line('truncating')).toBe(
      'INSERT 0 1 (copied: its strategy does more than insert, delete, update and merge)',
    );
    expect(await rowsOf('truncating')).toEqual([[1, 'second']]);
    expect(line('starred')).toBe('INSERT 0 1 (copied: its strategy reads all columns of its table at once)');
    expect(line('early')).toBe('INSERT 0 1 (copied: its strategy writes while its SQL is made)');
    expect(await rowsOf('early')).toEqual(done);
  });

  test('is the same run again only where something changed, and its own change is something', async () => {
    expect((await build()).stderr).toContain('6 carried forward');
    project.write({ 'macros/replace.sql': replace.replace('is not true', 'is distinct from true') });
    expect((await build()).stderr).toContain('1 built, 5 carried forward');
  });

  test('says what it lacks', async () => {
    project.write({ 'transforms/replaced.sql': model('replace', second) });
    const ended = await build('--select', 'replaced');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("incremental_strategy 'replace' needs a unique_key");
  });
});

describe('the statements of a strategy', () => {
  const table = { schema: 'shop', name: 'orders__versions' };
  const t = 'shop.orders__versions';
  test.each([
    `delete from ${t} where id in (select id from delta); insert into ${t} select * from delta`,
    `insert into ${t} (id) select d.* from delta as d left join ${t} as o using (id) where o.id is null`,
    `merge into ${t} as o using delta as d on o.id = d.id when matched then delete when not matched then insert (id) values (d.id)`,
    `with gone as (delete from ${t} returning id) insert into ${t} (id) select * from gone`,
    `delete from "base".${t} where ctid in (select ctid from ${t}); select count(*) from ${t}`,
    '',
  ])('may be: %s', async (sql) => {
    expect(await whyNotShared(sql, table)).toBeUndefined();
  });

  test.each([
    [`truncate ${t}`, 'does more'],
    [`alter table ${t} add column x int`, 'does more'],
    [`do $$ begin truncate ${t}; end $$`, 'does more'],
    [`select 1; commit`, 'does more'],
    [`select * into kept from delta`, 'makes a table'],
    [`insert into audit select 1; delete from ${t}`, 'another table'],
    [`with logged as (insert into audit select 1) delete from ${t}`, 'another table'],
    [`delete from other.orders__versions`, 'another table'],
    [`insert into ${t} select * from ${t} as o join delta using (id)`, 'all columns'],
    [`insert into ${t} select id from delta union all select * from ${t}`, 'all columns'],
    [`insert into ${t} select id from (select o.* from ${t} as o) as s`, 'all columns'],
    [`insert into ${t} table ${t}`, 'all columns'],
    [`insert into ${t} (note) select o::text from ${t} as o`, 'all columns'],
    [`insert into ${t} (note) select row_to_json(orders__versions) from ${t}`, 'all columns'],
    [`with gone as (delete from ${t} returning *) insert into ${t} select * from gone`, 'all columns'],
    [`with gone as (delete from ${t} as o returning o.*) insert into ${t} select * from gone`, 'all columns'],
    [`update ${t} set _from_gen = 1`, 'names _from_gen'],
    [`delete form ${t}`, 'cannot be read'],
  ])('may not be: %s', async (sql, because) => {
    expect(await whyNotShared(sql, table)).toContain(because);
  });
});
