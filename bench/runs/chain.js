// What a run costs when 1 % of the events are new: the incremental chain events → sessions → orders → customer days alone,
// and the whole warehouse with what touches every customer (RFM, quintiles, weekly metrics) over it.
import { goal, option, withWarehouse } from './harness.js';

const chainModels = ['events', 'sessions', 'orders', 'customer_days'];

export async function chain({ rows = Number(option('--chain-rows', 4_000_000)) } = {}) {
  return withWarehouse('chain', async (place) => {
    write(place.write);
    await place.sql(
      `create schema raw;
       create table raw.events (id bigint primary key, customer_id int, at timestamptz, kind text, amount numeric, loaded_at timestamptz);
       ${events(1, rows, rows)}`,
    );
    await place.sql('analyze');
    const full = place.thau('build', '--threads', '1');
    await place.sql(events(rows + 1, rows * 1.01, rows));
    await place.sql('analyze raw.events');
    const delta = place.thau('build', '--threads', '1');
    const names = new Set(chainModels);
    const [chainFull, chainDelta] = [full, delta].map((run) => secondsOf(run, (one) => names.has(one.name)));
    const [wholeFull, wholeDelta] = [full, delta].map((run) => secondsOf(run, () => true));
    const each = chainModels
      .map(
        (name) =>
          `${name} ${((secondsOf(delta, (one) => one.name === name) / secondsOf(full, (one) => one.name === name)) * 100).toFixed(0)} %`,
      )
      .join(', ');
    return [
      goal(
        `1 % new of ${rows.toLocaleString('en')} events: the incremental chain over its full build`,
        chainDelta / chainFull,
        0.05,
        '%',
        `${chainDelta.toFixed(2)} s of ${chainFull.toFixed(2)} s (${each})`,
      ),
      goal(
        '1 % new: the whole warehouse, tests and publish too',
        delta.summary.seconds / full.summary.seconds,
        0.25,
        '%',
        `${delta.summary.seconds.toFixed(2)} s of ${full.summary.seconds.toFixed(2)} s; nodes alone ${wholeDelta.toFixed(2)} s of ${wholeFull.toFixed(2)} s`,
      ),
    ];
  });
}

function secondsOf({ events: told }, wanted) {
  return told
    .filter((event) => event.message === 'node_finished' && wanted(event.result))
    .reduce((sum, { result }) => sum + (result.seconds ?? 0), 0);
}

/** Events in the order of time: about 40 a customer, the day of the last ones is the last. */
function events(from, to, total) {
  return `insert into raw.events
    select i, 1 + (hashint8(i) & 2147483647) % (${total} / 40), timestamptz '2025-01-01' + i * (interval '365 days' / ${total}),
        (array['view', 'view', 'view', 'cart', 'order'])[1 + (hashint8(i + 7) & 2147483647) % 5],
        (hashint8(i + 13) & 1023)::numeric, now()
    from generate_series(${from}::bigint, ${Math.floor(to)}::bigint) as i`;
}

/** As an engineer would write them: what only grows is incremental, what touches everyone is a table. */
function write(file) {
  const incremental = (key, indexed) =>
    `{{ config(materialized='incremental', unique_key=${key}, incremental_strategy='delete+insert', indexes=[${indexed.map((column) => `{'columns': ['${column}']}`).join(', ')}]) }}\n`;
  // the moment as a literal: by a subquery, PostgreSQL would expect a third of the table and read it whole
  file(
    'macros/latest.sql',
    `{% macro latest(column) %}'{{ run_query("select max(" ~ column ~ ") as latest from " ~ this).rows[0][0] }}'{% endmacro %}\n`,
  );
  file('transforms/sources.yml', 'sources: [{name: raw, tables: [{name: events}]}]\n');
  file(
    'transforms/events.sql',
    `{{ config(materialized='incremental', incremental_strategy='append', indexes=[{'columns': ['id']}, {'columns': ['at']}, {'columns': ['customer_id']}]) }}
select id, customer_id, at, kind, amount from {{ source('raw', 'events') }}
{% if is_incremental() %}where id > {{ latest('id') }}{% endif %}\n`,
  );
  // a session ends after half an hour: those of the last day may still grow
  file(
    'transforms/sessions.sql',
    `${incremental("'session_id'", ['session_id', 'started_at'])}
with recent as (
    select * from {{ ref('events') }}
    {% if is_incremental() %}where at >= {{ latest('started_at') }}::timestamptz - interval '1 day'{% endif %}
), marked as (
    select *, coalesce(at - lag(at) over (partition by customer_id order by at, id) > interval '30 minutes', true)::int as begins
    from recent
), numbered as (
    select *, sum(begins) over (partition by customer_id order by at, id) as nth from marked
)
select min(id) as session_id, customer_id, min(at) as started_at, max(at) as ended_at,
    count(*) as events, count(*) filter (where kind = 'order') as orders
from numbered group by customer_id, nth\n`,
  );
  file(
    'transforms/orders.sql',
    `${incremental("'order_id'", ['order_id', 'ordered_at'])}
select id as order_id, customer_id, at as ordered_at, amount from {{ ref('events') }}
where kind = 'order'
{% if is_incremental() %}and at > {{ latest('ordered_at') }}::timestamptz{% endif %}\n`,
  );
  file(
    'transforms/customer_days.sql',
    `${incremental("['customer_id', 'day']", ['customer_id, day', 'day'])}
select customer_id, (ordered_at at time zone 'UTC')::date as day, count(*) as orders, sum(amount) as amount
from {{ ref('orders') }}
{% if is_incremental() %}where ordered_at >= {{ latest('day') }}::date at time zone 'UTC'{% endif %}
group by 1, 2\n`,
  );
  const table = `{{ config(materialized='table') }}\n`;
  file(
    'transforms/customers.sql',
    `${table}select customer_id, min(day) as first_on, max(day) as last_on, sum(orders) as orders, sum(amount) as amount
from {{ ref('customer_days') }} group by 1\n`,
  );
  file(
    'transforms/rfm.sql',
    `${table}select customer_id, ntile(5) over (order by last_on) as recency, ntile(5) over (order by orders) as frequency,
    ntile(5) over (order by amount) as monetary from {{ ref('customers') }}\n`,
  );
  file(
    'transforms/orders_weekly.sql',
    `${table}select date_trunc('week', day) as week, sum(orders) as orders, sum(amount) as amount, count(distinct customer_id) as buyers
from {{ ref('customer_days') }} group by 1\n`,
  );
  file(
    'transforms/models.yml',
    `models:
  - name: orders
    columns: [{name: order_id, data_tests: [not_null]}]
  - name: customers
    columns: [{name: customer_id, data_tests: [unique, not_null]}]
  - name: rfm
    columns: [{name: customer_id, data_tests: [unique]}]
`,
  );
}
