// Loads the data once into a database of its own and publishes it by hand, as a build would.
import { readFileSync } from 'node:fs';
import pg from 'pg';

const here = import.meta.dirname;

export async function setUp(server) {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  const { rows } = await admin.query(`select from pg_database where datname = 'thau_bench_api'`);
  if (rows.length === 0) await admin.query('create database thau_bench_api');
  await admin.end();
  const url = new URL(server);
  url.pathname = '/thau_bench_api';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  const loaded = await client.query(`select to_regclass('app.metric_daily') is not null as done`);
  if (!loaded.rows[0].done) {
    console.error('loading 100,000 customers, 500,000 orders, 2,000,000 touchpoints: about two minutes');
    for (const statement of statements(readFileSync(`${here}/data.sql`, 'utf8')))
      await client.query(statement);
    // what is written anew has no visibility map, and a vacuum of its own would come in the middle of the measuring
    await client.query('vacuum analyze');
  }
  // as thau's own server has it: a tree of an index is as near as its table
  await client.query('alter database thau_bench_api set random_page_cost = 1.1');
  await client.end();
  return url.href;
}

/** data.sql has neither functions nor semicolons in texts. `vacuum` must stand alone. */
function statements(text) {
  return text
    .replace(/^--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** `state`: thau's own schema; `documents`: fragments that the API keeps ready. */
export async function publish(url, { state = 'thau', documents } = {}) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows: relations } = await client.query(`
    select c.relname as model, 'model.bench.' || c.relname as "nodeId", n.nspname as schema, c.relname as name, 'table' as kind,
        c.reltuples as "estimatedRows",
        (select json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod), 'notNull', attnotnull) order by attnum)
         from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped) as columns,
        ${indexes('indisunique')} as "unique", ${indexes('true')} as indexes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'app' and c.relkind = 'r'`);
  const sdl = [{ file: 'schema.graphql', text: readFileSync(`${here}/project/schema.graphql`, 'utf8') }];
  if (documents !== undefined) sdl.push({ file: 'schema/documents/customer.graphql', text: documents });
  await client.query('begin');
  const run = await client.query(
    `insert into ${state}.runs (trigger, command, state, target, host, pid, token, finished_at)
     values ('manual', 'build', 'published', 'bench', 'bench', 1, 1, now()) returning run_id`,
  );
  const generation = run.rows[0].run_id;
  await client.query(`insert into ${state}.generations (generation, run_id) values ($1, $1)`, [generation]);
  for (const [kind, content] of Object.entries({ sdl, catalog: { relations } })) {
    await client.query(`insert into ${state}.artifacts (generation, kind, content) values ($1, $2, $3)`, [
      generation,
      kind,
      JSON.stringify(content),
    ]);
  }
  await client.query(
    `insert into ${state}.pointer (generation) values ($1) on conflict (only_row) do update set generation = excluded.generation`,
    [generation],
  );
  await client.query(`select pg_notify('thau_publish', $1)`, [String(generation)]);
  await client.query('commit');
  await client.end();
}

const indexes = (where) => `coalesce((select json_agg((
    select json_agg(a.attname order by k.at) from unnest(i.indkey::int2[]) with ordinality k (number, at)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number)) from pg_index i where i.indrelid = c.oid and ${where}), '[]')`;
