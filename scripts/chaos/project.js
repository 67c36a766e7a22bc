import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const began = Date.now();
const day = (days) => new Date(began + days * 86_400_000).toISOString().slice(0, 10);

/**
 * The project under attack: every materialization, incremental ones and snapshots on a copy and versioned. Each run finds a new batch in the raw tables; its number, the marker, reaches every
 * relation, so that a reader who sees two markers in one statement or transaction saw a mixture, and one who counts
 * fewer rows than the batch has lost some. Views read what runs build, never raw tables: those change between runs.
 */
const transforms = {
  'sources.yml': `
sources:
  - name: raw
    tables: [{name: batch}, {name: customers}, {name: orders}, {name: events, config: {event_time: at}}]
`,
  'models.yml': `
models:
  - {name: customers, meta: {graphql: true}, columns: [{name: customer_id, data_tests: [unique, not_null]}]}
  - {name: orders, meta: {graphql: true}, columns: [{name: order_id, data_tests: [unique, not_null]}]}
  - {name: events, meta: {graphql: true}, columns: [{name: event_id, data_tests: [unique]}]}
  - {name: order_buckets, meta: {graphql: true}, columns: [{name: order_id, data_tests: [unique]}]}
  - {name: order_events, meta: {graphql: true}, columns: [{name: order_id, data_tests: [unique]}]}
  - {name: customer_orders, meta: {graphql: true}, columns: [{name: customer_id, data_tests: [unique, {relationships: {arguments: {to: "ref('customers')", field: customer_id}}}]}]}
  - {name: customer_tiers, meta: {graphql: true}, columns: [{name: customer_id, data_tests: [unique]}]}
  - {name: golden_customers, meta: {graphql: true}, columns: [{name: customer_id, data_tests: [unique]}]}
  - {name: totals, meta: {graphql: true}, columns: [{name: marker, data_tests: [unique, not_null]}]}
  - {name: spends, meta: {graphql: true}, columns: [{name: customer_id, data_tests: [unique]}]}
  - {name: stage_totals, meta: {graphql: true}, columns: [{name: stage, data_tests: [unique]}]}
  - {name: ledger, meta: {graphql: true}, columns: [{name: order_id, data_tests: [unique]}]}
  - {name: ledger_buckets, meta: {graphql: true}, columns: [{name: order_id, data_tests: [unique]}]}
  - {name: event_log, meta: {graphql: true}, columns: [{name: event_id, data_tests: [unique]}]}
  - {name: ledger_customers, meta: {graphql: true}, columns: [{name: customer_id, data_tests: [unique]}]}
  - {name: daily_events, meta: {graphql: true}, columns: [{name: event_id, data_tests: [unique]}]}
  - {name: swapped_totals, meta: {graphql: true}, columns: [{name: marker, data_tests: [unique, not_null]}]}
`,
  'seeds.yml': `
seeds:
  - {name: stages, meta: {graphql: true}, columns: [{name: stage, data_tests: [unique, not_null]}]}
`,
  'customers.sql': `{{ config(materialized='table', indexes=[{'columns': ['customer_id'], 'unique': true}]) }}
select c.customer_id, c.tier, c.version, b.version as marker, c.tier as amount
from {{ source('raw', 'customers') }} as c cross join {{ source('raw', 'batch') }} as b`,
  'orders.sql': `{{ config(materialized='incremental', unique_key='order_id', incremental_strategy='merge') }}
select o.order_id, o.customer_id, o.version as marker, o.amount from {{ source('raw', 'orders') }} as o
{% if is_incremental() %} where o.version > (select max(marker) from {{ this }}) {% endif %}`,
  'events.sql': `{{ config(materialized='incremental', incremental_strategy='append') }}
select e.event_id, e.order_id, e.version as marker, 1 as amount from {{ source('raw', 'events') }} as e
{% if is_incremental() %} where e.version > (select max(marker) from {{ this }}) {% endif %}`,
  'order_buckets.sql': `{{ config(materialized='incremental', unique_key='bucket', incremental_strategy='delete+insert') }}
select o.order_id, o.order_id / 100 as bucket, o.marker, o.amount from {{ ref('orders') }} as o
{% if is_incremental() %}
where o.order_id / 100 in (select x.order_id / 100 from {{ ref('orders') }} as x
                           where x.marker > (select max(marker) from {{ this }}))
{% endif %}`,
  'order_events.sql': `{{ config(materialized='table') }}
select o.order_id, (select version from {{ source('raw', 'batch') }}) as marker, count(e.event_id)::int as amount
from {{ ref('orders') }} as o left join {{ ref('events') }} as e using (order_id) group by o.order_id`,
  'amounts.sql': `{{ config(materialized='ephemeral') }}
select customer_id, sum(amount)::int as amount from {{ ref('orders') }} group by customer_id`,
  'customer_orders.sql': `{{ config(materialized='table') }}
select c.customer_id, c.marker, coalesce(a.amount, 0) as amount
from {{ ref('customers') }} as c left join {{ ref('amounts') }} as a using (customer_id)`,
  'customer_tiers.sql': `{{ config(materialized='view') }}
select c.customer_id, c.tier, least(c.marker, o.marker) as marker, o.amount
from {{ ref('customers') }} as c join {{ ref('customer_orders') }} as o using (customer_id)`,
  'golden_customers.sql': `{{ config(materialized='view') }}
select customer_id, marker, amount from {{ ref('customer_tiers') }} where tier = 1`,
  'spends.sql': `{{ config(materialized='materialized_view') }}
select customer_id, marker, amount from {{ ref('customer_orders') }}`,
  'totals.sql': `{{ config(materialized='table') }}
select (select max(marker) from {{ ref('orders') }}) as marker,
       (select sum(amount)::int from {{ ref('customer_orders') }}) as amount`,
  'stage_totals.sql': `{{ config(materialized='table') }}
select s.stage, s.marker, s.amount + (select count(*)::int from {{ ref('events') }}) as amount
from {{ ref('stages') }} as s`,
  // the same as above, in tables whose generations share rows
  'ledger.sql': `{{ config(materialized='incremental', unique_key='order_id', incremental_strategy='merge', incremental_path='versioned') }}
select o.order_id, o.customer_id, o.version as marker, o.amount from {{ source('raw', 'orders') }} as o
{% if is_incremental() %} where o.version > (select max(marker) from {{ this }}) {% endif %}`,
  'ledger_buckets.sql': `{{ config(materialized='incremental', unique_key='bucket', incremental_strategy='delete+insert', incremental_path='versioned') }}
select o.order_id, o.order_id / 100 as bucket, o.marker, o.amount from {{ ref('ledger') }} as o
{% if is_incremental() %}
where o.order_id / 100 in (select x.order_id / 100 from {{ ref('ledger') }} as x
                           where x.marker > (select max(marker) from {{ this }}))
{% endif %}`,
  'event_log.sql': `{{ config(materialized='incremental', incremental_strategy='append', incremental_path='versioned') }}
select e.event_id, e.order_id, e.version as marker, 1 as amount from {{ source('raw', 'events') }} as e
{% if is_incremental() %} where e.version > (select max(marker) from {{ this }}) {% endif %}`,
  'ledger_customers.sql': `{{ config(materialized='view') }}
select customer_id, max(marker) as marker, sum(amount)::int as amount from {{ ref('ledger') }} group by customer_id`,
  'daily_events.sql': `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', batch_size='day', begin='${day(-1)}', lookback=2) }}
select event_id, at, version as marker, 1 as amount from {{ source('raw', 'events') }}`,
  'swapped_totals.sql': `{{ config(materialized='swapped') }}
select (select max(marker) from {{ ref('ledger') }}) as marker,
       (select sum(amount)::int from {{ ref('ledger_customers') }}) as amount`,
};

const others = {
  'dbt_project.yml': `name: chaos
profile: chaos
model-paths: [transforms]
seed-paths: [seeds]
snapshot-paths: [snapshots]
macro-paths: [macros]
test-paths: [tests]
`,
  'thau.yml': `runs: {lock_timeout: 1 s, lock_stale_after: 3 s, lock_wait: 8 s}
api: {allow_anonymous: true, poll_interval: 500 ms, cache_bytes: 0}
`,
  'snapshots/customer_histories.sql': `{% snapshot customer_histories %}
{{ config(unique_key='customer_id', strategy='check', check_cols=['tier']) }}
select customer_id, tier, version as marker, tier as amount from {{ ref('customers') }}
{% endsnapshot %}`,
  'snapshots/versioned_histories.sql': `{% snapshot versioned_histories %}
{{ config(unique_key='customer_id', strategy='timestamp', updated_at='changed_at', incremental_path='versioned') }}
select customer_id, tier, version, version as marker, tier as amount,
       timestamp '2026-01-01' + version * interval '1 day' as changed_at
from {{ ref('customers') }}
{% endsnapshot %}`,
  'snapshots/snapshots.yml': `
snapshots:
  - {name: customer_histories, meta: {graphql: true}, columns: [{name: dbt_scd_id, data_tests: [unique]}]}
  - {name: versioned_histories, meta: {graphql: true}, columns: [{name: dbt_scd_id, data_tests: [unique]}]}
`,
  // as packages write a materialization: made aside, renamed into place
  'macros/swapped.sql': `{% materialization swapped, default %}
{%- set target = api.Relation.create(database=database, schema=schema, identifier=model['alias'], type='table') -%}
{%- set existing = load_cached_relation(target) -%}
{%- set aside = make_intermediate_relation(target) -%}
{%- set backup = make_backup_relation(target, 'table') -%}
{{ drop_relation_if_exists(load_cached_relation(aside)) }}
{% call statement('main') -%}{{ get_create_table_as_sql(False, aside, sql) }}{%- endcall %}
{% if existing is not none %}{{ adapter.rename_relation(existing, backup) }}{% endif %}
{{ adapter.rename_relation(aside, target) }}
{{ adapter.commit() }}
{{ drop_relation_if_exists(backup) }}
{{ return({'relations': [target]}) }}
{% endmaterialization %}`,
  'tests/totals_add_up.sql': `select 1 from {{ ref('totals') }} as t
where t.amount <> (select sum(amount) from {{ ref('orders') }}) or {{ var('broken', false) }}`,
};

/** What readers read: every published relation, and which of its rows count. */
export const relations = [
  'customers',
  'orders',
  'events',
  'order_buckets',
  'order_events',
  'customer_orders',
  'customer_tiers',
  'golden_customers',
  'spends',
  'totals',
  'stage_totals',
  'stages',
  'ledger',
  'ledger_buckets',
  'event_log',
  'ledger_customers',
  'daily_events',
  'swapped_totals',
  'customer_histories',
  'versioned_histories',
];

/** Snapshots, and what makes a row of theirs: their history is what was published, not what a clean build knows. */
export const histories = { customer_histories: 'tier', versioned_histories: 'version' };

/** One row of what a relation shows: its newest marker, its rows and their sum. */
export function measure(name, relation) {
  // a history shows the present by its open rows, whose newest is of the last batch
  const rows = name in histories ? `${relation} where dbt_valid_to is null` : relation;
  return `select '${name}' as name, max(marker)::int as marker, count(*)::int as rows, sum(amount)::int as amount from ${rows}`;
}

/** The same, counted in the raw tables: what each relation must show once this batch is published. */
const expectations = `
  select 'customers', count(*), sum(tier) from raw.customers union all
  select 'orders', count(*), sum(amount) from raw.orders union all
  select 'events', count(*), count(*) from raw.events union all
  select 'order_buckets', count(*), sum(amount) from raw.orders union all
  select 'order_events', (select count(*) from raw.orders), count(*) from raw.events union all
  select 'customer_orders', (select count(*) from raw.customers), sum(amount) from raw.orders union all
  select 'customer_tiers', (select count(*) from raw.customers), sum(amount) from raw.orders union all
  select 'golden_customers', count(distinct customer_id), sum(amount)
  from raw.customers left join raw.orders using (customer_id) where tier = 1 union all
  select 'spends', (select count(*) from raw.customers), sum(amount) from raw.orders union all
  select 'totals', 1, sum(amount) from raw.orders union all
  select 'stage_totals', 5, 5 * (select count(*) from raw.events) + 15 * (select version from raw.batch) union all
  select 'stages', 5, 15 * (select version from raw.batch) union all
  select 'ledger', count(*), sum(amount) from raw.orders union all
  select 'ledger_buckets', count(*), sum(amount) from raw.orders union all
  select 'event_log', count(*), count(*) from raw.events union all
  select 'ledger_customers', count(distinct customer_id), sum(amount) from raw.orders union all
  select 'daily_events', count(*), count(*) from raw.events union all
  select 'swapped_totals', 1, sum(amount) from raw.orders union all
  select 'customer_histories', count(*), sum(tier) from raw.customers union all
  select 'versioned_histories', count(*), sum(tier) from raw.customers`;

export const rawTables = `
  create schema raw;
  create schema chaos;
  create table raw.batch (version int not null);
  insert into raw.batch values (0);
  create table raw.customers (customer_id int primary key, tier int not null, version int not null);
  create table raw.orders (order_id int primary key, customer_id int not null, amount int not null, version int not null);
  create table raw.events (event_id int primary key, order_id int not null, at timestamp not null, version int not null);
  create table chaos.tiers (version int, customer_id int, tier int);
  create table chaos.expected (version int, name text, rows int, amount int, primary key (version, name));`;

/** The next batch: new orders and events of today and yesterday, changed amounts and tiers; the same for the same number. */
export function batch(version) {
  return `
  begin;
  update raw.batch set version = ${version};
  insert into raw.customers select i, 1 + i % 4, ${version} from generate_series(1, 300) as i on conflict do nothing;
  update raw.customers set tier = 1 + tier % 4, version = ${version} where customer_id % 11 = ${version} % 11;
  insert into raw.orders
  select (${version} - 1) * 20 + i, 1 + (i * 7 + ${version} * 13) % 300, 1 + (i * ${version}) % 90, ${version}
  from generate_series(1, 20) as i;
  update raw.orders set amount = amount + 1, version = ${version} where order_id % 53 = ${version} % 53;
  insert into raw.events
  select (${version} - 1) * 40 + i, (${version} - 1) * 20 + 1 + i % 20,
         timestamp '${new Date(began).toISOString().slice(0, 19)}' - i % 20 * interval '1 hour', ${version}
  from generate_series(1, 40) as i;
  insert into chaos.tiers select ${version}, customer_id, tier from raw.customers where version = ${version};
  insert into chaos.expected select ${version}, e.* from (${expectations}) as e;
  commit;`;
}

/** Writes the project's files; `seed` writes those of a batch. */
export function makeProject() {
  const path = mkdtempSync(join(tmpdir(), 'thau-chaos-'));
  const write = (file, text) => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  };
  for (const [file, text] of Object.entries(transforms)) write(`transforms/${file}`, text);
  for (const [file, text] of Object.entries(others)) write(file, text);
  const seed = (version) => {
    const rows = [1, 2, 3, 4, 5].map((stage) => `${stage},${version},${stage * version}`);
    write('seeds/stages.csv', `stage,marker,amount\n${rows.join('\n')}\n`);
  };
  seed(0);
  return { path, seed, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 10 }) };
}
