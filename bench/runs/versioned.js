// One large incremental model by both paths: 5 million rows, of which a run brings 50,000 (half new, half changed). How
// long a run takes, and what reading costs afterwards; the two relations are read in turns.
import { goal, median, option, using, withWarehouse } from './harness.js';

const rows = Number(option('--rows', '5000000'));
const delta = Number(option('--delta', '50000'));
const rounds = Number(option('--rounds', '7'));

const model = (path) => `{{ config(
    materialized='incremental', unique_key='order_id', incremental_path='${path}',
    indexes=[{'columns': ['order_id'], 'unique': true}, {'columns': ['customer_id']}, {'columns': ['ordered_at']},
             {'columns': ['loaded_at']}]
) }}
select order_id, customer_id, ordered_at, channel, amount, note, loaded_at
from {{ source('raw', 'orders') }}
{% if is_incremental() %}
where loaded_at > (select max(loaded_at) from {{ this }})
{% endif %}`;

const order = (
  id,
  run,
) => `${id}, (${id} * 7919) % ${Math.ceil(rows / 10)}, timestamp '2024-01-01' + ${id} * interval '10 seconds',
    (array['web', 'pos', 'app', 'phone'])[1 + ${id} % 4], ((${id} * 31 + ${run}) % 9973)::numeric(12, 2), md5(${id}::text),
    timestamp '2026-01-01' + ${run} * interval '1 hour'`;

/** What readers ask, as sums over the table and as requests for a few rows. */
const questions = {
  'count(*)': (name) => `select count(*) from ${name}`,
  'sum by channel': (name) => `select channel, count(*), sum(amount) from ${name} group by channel`,
  'sum by month': (name) =>
    `select date_trunc('month', ordered_at), sum(amount), max(loaded_at) from ${name} group by 1`,
  'one channel of a year': (name) =>
    `select count(*), sum(amount), max(amount) from ${name} where channel = 'web' and ordered_at < '2025-01-01'`,
  'point lookups': (name) => lookups(`select * from ${name} where order_id = k.id`, rows),
  'orders of a customer': (name) => lookups(`select * from ${name} where customer_id = k.id`, rows / 10),
  'newest ten': (name) => lookups(`select * from ${name} order by ordered_at desc limit 10`, rows),
};

/** Many small requests in one statement, so that the wire does not hide them. */
function lookups(request, most) {
  return `select count(amount) from generate_series(1, 500) as g (n)
    cross join lateral (select (g.n::bigint * 104729) % ${Math.ceil(most)} + 1 as id) as k
    cross join lateral (${request}) as r`;
}

export async function versioned() {
  return withWarehouse('versioned', async ({ url, write, thau, sql }) => {
    for (const path of ['versioned', 'clone']) write(`transforms/orders_${path}.sql`, model(path));
    write(
      'transforms/sources.yml',
      'version: 2\nsources:\n  - name: raw\n    schema: raw\n    tables: [{name: orders}]\n',
    );
    await sql(`create schema raw;
      create table raw.orders (order_id bigint, customer_id bigint, ordered_at timestamp, channel text, amount numeric(12, 2),
          note text, loaded_at timestamp);
      insert into raw.orders select ${order('id', 0)} from generate_series(1::bigint, ${rows}) as s (id)`);
    await sql('create index on raw.orders (loaded_at)');
    await sql('vacuum analyze raw.orders');
    const seconds = { versioned: [], clone: [] };
    const whole = {};
    const build = (path) => {
      const { summary, event } = thau('run', '--select', `orders_${path}`);
      return { seconds: summary.seconds, message: event('node_finished').result.message };
    };
    for (const path of ['versioned', 'clone']) whole[path] = build(path).seconds;
    let newest = rows;
    for (const run of [1, 2, 3]) {
      const half = delta / 2;
      await sql(`insert into raw.orders select ${order('id', run)}
        from generate_series(${newest + 1}::bigint, ${newest + half}) as s (id)`);
      await sql(`insert into raw.orders select ${order('id', run)}
        from generate_series(${run}::bigint, ${rows}, ${Math.floor(rows / half)}) as s (id)`);
      await sql('analyze raw.orders');
      newest += half;
      for (const path of ['clone', 'versioned']) {
        const { seconds: all, message } = build(path);
        seconds[path].push(all);
        if (message.includes('(versioned)') !== (path === 'versioned')) throw new Error(message);
      }
    }
    const reading = await compareReaders(url);
    const ratios = Object.values(reading).map((one) => one.versioned / one.clone);
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    const size = `${(rows / 1e6).toLocaleString('en')} M rows, ${delta / 1000} k new or changed`;
    return [
      goal(`Versioned: ${size}`, median(seconds.versioned), 5, 's', `whole: ${whole.versioned.toFixed(1)} s`),
      goal('Clone: the same', median(seconds.clone), undefined, 's'),
      goal('readers of Versioned, beside those of Clone', mean - 1, 0.1, '%'),
      ...Object.entries(reading).map(([name, { versioned, clone, earlier }]) =>
        goal(
          `  ${name}`,
          versioned / clone - 1,
          undefined,
          '%',
          `${versioned.toFixed(0)} and ${clone.toFixed(0)} ms; the version before ${earlier.toFixed(0)} ms`,
        ),
      ),
    ];
  });
}

export async function compareReaders(url) {
  return using(url, async (client) => {
    const { rows: places } = await client.query(
      `select m.name, format('%I.%I', m.relation_schema, m.relation_name) as relation, m.relation_kind as kind,
              row_number() over (partition by m.name order by m.generation desc) as back
       from (select distinct on (name, relation_schema) * from thau.mapping
             where generation in (select generation from thau.generations where retired_at is null)
             order by name, relation_schema, generation desc) as m`,
    );
    const at = (name, back) => places.find((one) => one.name === name && Number(one.back) === back)?.relation;
    const relations = {
      versioned: at('orders_versioned', 1),
      clone: at('orders_clone', 1),
      earlier: at('orders_versioned', 2),
    };
    // as autovacuum does within a minute
    for (const { store } of (
      await client.query(`select format('%I.%I', n.nspname, c.relname) as store
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where c.relkind = 'r' and c.relname like 'orders\\_%'`)
    ).rows)
      await client.query(`vacuum ${store}`);
    const measured = {};
    for (const [name, ask] of Object.entries(questions)) {
      const times = { versioned: [], clone: [], earlier: [] };
      for (let round = 0; round <= rounds; round++) {
        for (const [side, relation] of Object.entries(relations)) {
          if (relation === undefined) continue;
          const began = performance.now();
          await client.query(ask(relation));
          // the first round warms up
          if (round > 0) times[side].push(performance.now() - began);
        }
      }
      measured[name] = Object.fromEntries(
        Object.entries(times).map(([side, some]) => [side, some.length > 0 ? Math.min(...some) : NaN]),
      );
    }
    return measured;
  });
}
