import fc from 'fast-check';

/** What happens between two runs. */
export interface Edit {
  readonly name: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly sql?: string;
  readonly vars?: Readonly<Record<string, unknown>>;
}

/** Two plain sources, one of them behind a view and one partitioned, one with `loaded_at_field`, and a function. */
export const firstSources = `
  create schema raw;
  create table raw.orders (id int, person int, amount int, kind text);
  insert into raw.orders select n, n % 3, n * 10, 'k' || n % 2 from generate_series(1, 6) as n;
  create table raw.people_table (id int, name text);
  insert into raw.people_table values (0, 'Anh'), (1, 'Bình'), (2, 'Chi');
  create view raw.people as select * from raw.people_table;
  create table raw.visits (id int, at timestamp) partition by range (at);
  create table raw.visits_2026 partition of raw.visits for values from ('2026-01-01') to ('2027-01-01');
  insert into raw.visits values (1, '2026-01-01'), (2, '2026-01-02');
  create table raw.prices (id int, price int, loaded_at timestamp);
  insert into raw.prices values (1, 5, '2026-01-01');
  create function public.twice(x int) returns int language sql immutable as 'select x * 2'`;

const total = (expression: string): string =>
  `{{ config(materialized='table') }} select person, sum({{ ${expression} }}) as total from {{ ref('stg_orders') }} group by person`;
const stg = (more: string): string =>
  `{{ config(materialized='view') }} select * ${more} from {{ source('raw', 'orders') }}`;
const small = (limit: number): string =>
  `{{ config(materialized='ephemeral') }} select * from {{ ref('totals') }} where total < ${limit}`;
const amount = (text: string): string => `{% macro amount() %}${text}{% endmacro %}\n`;
const kinds = (rows: string): string => `kind,label\n${rows}`;
const wide = (config: string): string =>
  `{{ config(${config}) }} select s.person, p.name, k.label from {{ ref('small') }} as s
   left join {{ source('raw', 'people') }} as p on p.id = s.person left join {{ ref('kinds') }} as k on true`;
const daily = (more: string): string =>
  `{{ config(materialized='table') }} select at::date as day, count(*) as visits ${more} from {{ source('raw', 'visits') }} group by 1`;
const asked = `{{ config(materialized='table') }}
  {% set found = run_query('select count(*) from ' ~ ref('totals')) if execute else none %}
  select {{ found.rows[0][0] if execute else 0 }} as n`;
const pivot = `{{ config(materialized='table') }}
  -- depends_on: {{ ref('kinds') }}
  {% set labels = run_query('select label from ' ~ ref('kinds') ~ ' order by 1').columns[0].values() if execute else [] %}
  select person{% for label in labels %}, '{{ label }}' as label_{{ loop.index }}{% endfor %} from {{ ref('small') }}`;
const star = `{{ config(materialized='table') }}
  select {% for column in adapter.get_columns_in_relation(ref('stg_orders')) %}{{ column.name }} as o_{{ column.name }}, {% endfor %}1 as one
  from {{ ref('stg_orders') }}`;
const log = `{{ config(materialized='incremental', unique_key='id') }} select id, amount from {{ ref('stg_orders') }}`;
const history = `{% snapshot history %}{{ config(unique_key='id', strategy='timestamp', updated_at='loaded_at', hard_deletes='ignore') }} select * from {{ source('raw', 'prices') }}{% endsnapshot %}`;

export const firstFiles: Readonly<Record<string, string>> = {
  'transforms/sources.yml': `sources:
  - name: raw
    tables: [{name: orders}, {name: people}, {name: visits}, {name: prices, loaded_at_field: loaded_at}]
`,
  'macros/amount.sql': amount('amount'),
  'seeds/kinds.csv': kinds('k0,Even\n'),
  'transforms/stg_orders.sql': stg(''),
  'transforms/totals.sql': total('amount()'),
  'transforms/small.sql': small(200),
  'transforms/wide.sql': wide(`materialized='table'`),
  'transforms/daily.sql': daily(''),
  'transforms/asked.sql': asked,
  'transforms/pivot.sql': pivot,
  'transforms/star.sql': star,
  'transforms/by_hand.sql': `{{ config(materialized='table') }} select count(*) as n, max(name) as last from raw.people_table`,
  'transforms/above.sql': `select * from {{ ref('pivot') }}`,
  'transforms/log.sql': log,
  'transforms/priced.sql': `{{ config(materialized='table') }} select id, public.twice(price) + {{ var('extra', 0) }} as price from {{ source('raw', 'prices') }}`,
  'transforms/last.sql': `{{ config(materialized='view') }} select (select sum(price) from {{ ref('priced') }}) as prices, (select count(*) from {{ ref('log') }}) as n`,
  'snapshots/history.sql': history,
};

const number = fc.integer({ min: 1, max: 9 });

const sql = (name: string, text: (n: number) => string): fc.Arbitrary<Edit> =>
  number.map((n) => ({ name: `${name} ${n}`, sql: text(n) }));
const file = (name: string, path: string, text: (n: number) => string): fc.Arbitrary<Edit> =>
  number.map((n) => ({ name: `${name} ${n}`, files: { [path]: text(n) } }));

export const edits: fc.Arbitrary<Edit> = fc.oneof(
  sql('insert orders', (n) => `insert into raw.orders values (${n + 10}, ${n % 3}, ${n}, 'k1')`),
  sql('update orders', (n) => `update raw.orders set amount = amount + ${n} where id % 3 = ${n % 3}`),
  sql('delete orders', (n) => `delete from raw.orders where id = ${n}`),
  sql('truncate orders', (n) => `truncate raw.orders; insert into raw.orders values (${n}, 1, ${n}, 'k0')`),
  sql(
    'replace orders',
    (
      n,
    ) => `create table raw.next (like raw.orders); insert into raw.next select * from raw.orders where id > ${n};
      drop table raw.orders cascade; alter table raw.next rename to orders`,
  ),
  sql(
    'retype orders',
    (n) =>
      `alter table raw.orders alter column kind set default 'd${n}'; insert into raw.orders (id) values (${n})`,
  ),
  sql(
    'change people behind the view',
    (n) => `update raw.people_table set name = 'N${n}' where id = ${n % 3}`,
  ),
  sql(
    'change the view',
    (n) => `create or replace view raw.people as select id, name || '${n}' as name from raw.people_table`,
  ),
  sql('visit', (n) => `insert into raw.visits values (${n}, '2026-01-0${n}')`),
  sql(
    'new partition',
    (
      n,
    ) => `create table if not exists raw.visits_p${n} partition of raw.visits for values from ('20${n + 30}-01-01') to ('20${n + 30}-06-01');
      insert into raw.visits values (${n}, '20${n + 30}-02-01')`,
  ),
  sql(
    'price',
    (n) =>
      `insert into raw.prices select coalesce(max(id), 0) + 1, ${n}, coalesce(max(loaded_at), '2026-01-01') + interval '1 day' from raw.prices`,
  ),
  sql(
    'change a price',
    (n) =>
      `update raw.prices set price = ${n}, loaded_at = (select max(loaded_at) + interval '1 hour' from raw.prices) where id = 1`,
  ),
  sql(
    'change the function',
    (n) =>
      `create or replace function public.twice(x int) returns int language sql immutable as 'select x * ${n}'`,
  ),
  file('staging', 'transforms/stg_orders.sql', (n) => stg(n % 2 === 0 ? '' : `, ${n} as extra`)),
  file('limit', 'transforms/small.sql', (n) => small(n * 30)),
  file('macro', 'macros/amount.sql', (n) => amount(n % 2 === 0 ? 'amount' : `amount * ${n}`)),
  file('materialization', 'transforms/wide.sql', (n) =>
    wide(n % 2 === 0 ? `materialized='view'` : `materialized='table', indexes=[{'columns': ['person']}]`),
  ),
  file('comment only', 'transforms/daily.sql', (n) => `-- ${n}\n${daily('')}`),
  file('daily', 'transforms/daily.sql', (n) => daily(`, ${n} as version`)),
  file('seed', 'seeds/kinds.csv', (n) => kinds(`k0,Even\nk1,L${n}\n`)),
  number.map((n) => ({ name: `var ${n}`, vars: { extra: n } })),
);
