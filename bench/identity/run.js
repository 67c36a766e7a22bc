// Identity over many edges: the real models of transforms/unified/identity (without the probabilistic step), run by thau over
// generated records of two identifiers each, so that a record is an edge. In full with encoding, from identifiers to
// customers' numbers; then a few thousand new edges onto it. Beside it what the bare union-find takes over edges that are
// encoded already, in PostgreSQL and in Node.js over COPY.
// `--identity-edges 10000000`, `--identity-new 6000`, `--identity-cap 200` make it another one.
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { goal, median, option, printGoals, using, withWarehouse } from '../runs/harness.js';
import { useOfServer } from '../warehouse/use-of-server.js';
import { fillRecords, makeRecords, shapes } from './records.js';
import { unionFindOverCopy } from './union-find-over-copy.js';

const edges = Number(option('--identity-edges', 1_000_000));
const fresh = Number(option('--identity-new', 6_000));
const cap = Number(option('--identity-cap', 1_000_000));
const repository = join(import.meta.dirname, '../..');
/** From identifiers to customers' numbers: what the goal is about. */
const encodedAndJoined = [
  'identity_nodes',
  'identity_edges',
  'identities_apart',
  'identity_links',
  'certain_components',
  'identity_components',
  'identity_assignments',
];

/** Which component each identity is in, of edges between numbers. */
const united = ['certain_components'];

await withWarehouse('identity', (place) => using(place.url, (backend) => measure(place, backend)));

async function measure(place, backend) {
  writeProject(place);
  // what thau's own server gives each sort where it may take 2 GB
  await backend.query(`alter database ${place.url.pathname.slice(1)} set work_mem = '64MB'`);
  await backend.query(`set work_mem = '64MB'; create schema raw`);
  await makeRecords(backend);
  await fillRecords(backend, { from: 0, to: edges, batch: 1, total: edges });
  await backend.query('vacuum analyze raw.records');

  const watch = useOfServer(await postmaster(backend));
  const full = place.thau('build', '--threads', '1');
  const used = watch.end();
  const { rows: counted } = await backend.query(
    `select (select count(*) from unified.identity_edges)::int as edges, (select count(*) from unified.identity_nodes)::int as nodes,
       (select count(distinct customer_id) from unified.identities)::int as customers`,
  );
  const [count] = counted;

  const bare = await bareUnionFind(backend);
  const overCopy = await unionFindOverCopy(backend);
  const each = await byShape(backend);
  await backend.query('vacuum analyze'); // what comes onto it comes later: autovacuum has been there

  const increments = [];
  for (let round = 0; round < 3; round++) {
    const from = edges + round * fresh;
    await fillRecords(backend, { from, to: from + fresh, batch: round + 2, total: edges });
    increments.push(place.thau('build', '--threads', '1'));
  }
  const fullSeconds = secondsOf(full, encodedAndJoined);
  const newSeconds = median(increments.map((run) => secondsOf(run, encodedAndJoined)));
  const unitedSeconds = median(increments.map((run) => secondsOf(run, united)));
  const millions = edges / 1_000_000;
  console.log(
    `identity: ${edges.toLocaleString('en')} records of two identifiers: ${count.edges.toLocaleString('en')} edges of ` +
      `${count.nodes.toLocaleString('en')} identities, ${count.customers.toLocaleString('en')} customers, one thread`,
  );
  printGoals([
    goal(
      'in full, with encoding: nodes, edges, components, numbers',
      fullSeconds,
      30 * millions,
      's',
      tell(full, encodedAndJoined),
    ),
    goal(
      '  of the bare union-find over encoded edges in PostgreSQL',
      fullSeconds / bare,
      undefined,
      '',
      `${bare.toFixed(2)} s`,
    ),
    goal(
      '  of union-find in Node.js over COPY, with writing back',
      fullSeconds / overCopy,
      undefined,
      '',
      `${overCopy.toFixed(2)} s`,
    ),
    goal(
      '  the whole chain, from records to evidence, process and all',
      full.wall,
      undefined,
      's',
      tell(full),
    ),
    goal(
      `${fresh.toLocaleString('en')} new edges onto it: components`,
      unitedSeconds,
      1,
      's',
      tell(increments[1], united),
    ),
    goal(
      '  with encoding: nodes, edges, components, numbers',
      newSeconds,
      1,
      's',
      tell(increments[1], encodedAndJoined),
    ),
    goal('  the whole chain', median(increments.map((run) => secondsOf(run))), undefined, 's'),
    goal(
      '  the whole run, process and all',
      median(increments.map((run) => run.wall)),
      undefined,
      's',
      tell(increments[1]),
    ),
    goal('  processor time of PostgreSQL for the whole chain in full', used.cpu, undefined, 's'),
    goal('memory of PostgreSQL when it ended', used.memory / 1024, 2048, 'MB'),
  ]);
  console.log(`  union-find alone over a million encoded edges: ${each.join(', ')}`);
}

/** The server's first process, as its postmaster.pid says; nothing where that may not be read. */
async function postmaster(client) {
  try {
    return Number(
      (await client.query("select pg_read_file('postmaster.pid') as text")).rows[0].text.split('\n')[0],
    );
  } catch {
    return undefined;
  }
}

function secondsOf({ events }, wanted) {
  return events
    .filter(({ message, result }) => message === 'node_finished' && (wanted?.includes(result.name) ?? true))
    .reduce((sum, { result }) => sum + (result.seconds ?? 0), 0);
}

/** The five slowest nodes. */
function tell({ events }, wanted) {
  return events
    .filter(({ message, result }) => message === 'node_finished' && (wanted?.includes(result.name) ?? true))
    .map(({ result }) => ({ name: result.name, seconds: result.seconds ?? 0 }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 5)
    .map(({ name, seconds }) => `${name} ${seconds.toFixed(2)}`)
    .join(', ');
}

async function bareUnionFind(client) {
  return timed(() =>
    client.query(`
      select count(*) from (select array_agg(a) as a, array_agg(b) as b from unified.identity_links) as links
      cross join lateral functions.components(links.a, links.b, '{}', '{}', ${cap}) as joined`),
  );
}

async function byShape(client) {
  const told = [];
  for (const [name, sql] of Object.entries(shapes)) {
    await client.query(
      `create temporary table shape as select array_agg(a) as a, array_agg(b) as b from (${sql}) as pairs`,
    );
    const seconds = await timed(() =>
      client.query(
        `select count(*) from shape cross join lateral functions.components(shape.a, shape.b, '{}', '{}', ${cap})`,
      ),
    );
    await client.query('drop table shape');
    told.push(`${name} ${seconds.toFixed(2)} s`);
  }
  return told;
}

async function timed(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** The models as they are; records, clock and seeds in their place. */
function writeProject({ folder, write }) {
  mkdirSync(join(folder, 'transforms'));
  const models = join(repository, 'transforms/unified/identity');
  for (const file of readdirSync(models).filter(
    (name) => name.endsWith('.sql') && name !== 'identity_records.sql',
  )) {
    cpSync(join(models, file), join(folder, 'transforms', file));
  }
  for (const macro of [
    'batches.sql',
    'components.sql',
    'evidence_tree.sql',
    'get_incremental_replace_sql.sql',
    'identity',
    'generate_schema_name.sql',
  ]) {
    cpSync(join(repository, 'transforms/macros', macro), join(folder, 'macros', macro), { recursive: true });
  }
  for (const seed of ['blocked_identifiers', 'identity_limits']) {
    cpSync(join(repository, `seeds/reference/${seed}.csv`), join(folder, `seeds/${seed}.csv`));
  }
  write('seeds/identity_splits.csv', 'identity_a,identity_b,said_by,said_on,reason\n');
  write(
    'seeds/_seeds.yml',
    `seeds:
  - {name: identity_limits, config: {column_types: {max_tied: integer}}}
  - {name: identity_splits, config: {column_types: {identity_a: text, identity_b: text}}}\n`,
  );
  write(
    'dbt_project.yml',
    `name: identity
version: '1.0'
model-paths: [transforms]
macro-paths: [macros]
vars: {identity_matching: false, identity_max_component: ${cap}}
models: {identity: {+materialized: table, +schema: unified}}
on-run-start: ['{{ create_components_function() }}', '{{ create_evidence_functions() }}']\n`,
  );
  write('transforms/sources.yml', 'sources: [{name: raw, tables: [{name: records}]}]\n');
  write('transforms/clock.sql', "select timestamptz '2026-03-01 00:00Z' as as_of_at\n");
  write(
    'transforms/identity_records.sql',
    "{{ config(materialized='view') }}\nselect * from {{ source('raw', 'records') }}\n",
  );
}
