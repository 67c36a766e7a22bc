// The layers from staging to the customer over the sample shop's rows, as a business would run them: in full, then a
// day's new rows. What it takes stands in `usage`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { compileIfStale } from '../../bin/compile.js';
import { bin, goal, option, printGoals, using } from '../runs/harness.js';
import { useOfServer } from './use-of-server.js';

const usage = `node bench/warehouse/run.js [options]

  --customers N    how many customers the story has (100000)
  --events N       about how many events (5000000)
  --sizes A,B,…    builds in full at each of these numbers of events, and compares what an event costs
  --threads N      threads of thau (2)
  --models N       how many models are shown, slowest first (15)
  --verify         compares every table after the days with a build in full
  --help           this

Its PostgreSQL is an embedded one on a free port, with settings for 2 GB, unless BENCH_DATABASE_URL names another.`;

const root = join(import.meta.dirname, '../..');
// the first of them also makes large tables versioned, which later days find done
const days = ['2026-06-29', '2026-06-30'];
const dayAfter = '2026-07-01';
const layers = ['path:transforms/staging', 'path:transforms/unified', '+customer_features', '+understanding'];
const customers = Number(option('--customers', '100000'));
const events = Number(option('--events', '5000000'));
const sizes = option('--sizes', '').split(',').filter(Boolean).map(Number);
const threads = option('--threads', '2');
const rawTables = `select schemaname || '.' || tablename as name from pg_tables where schemaname like 'raw\\_%' order by 1`;
const shown = Number(option('--models', '15'));

if (process.argv.includes('--help')) {
  console.log(usage);
  process.exit();
}
await compileIfStale();
const server = process.env.BENCH_DATABASE_URL === undefined ? await embedded() : undefined;
const base = new URL(server?.url ?? process.env.BENCH_DATABASE_URL);
try {
  await tellSettings();
  if (sizes.length === 0) await measure(customers, events);
  else await compare();
} finally {
  await server?.leave();
}

/** One size: load, floor, in full, a day. */
async function measure(people, rows, isDayWanted = true) {
  return withDatabase(`thau_bench_warehouse`, async ({ sql, thau, pid }) => {
    const story = ['--customers', String(people), '--events', String(rows)];
    console.log(`\nwarehouse: ${count(people)} customers, about ${count(rows)} events`);
    const load = await thau('sample', 'load', ...story, '--before', days[0]);
    await sql('vacuum analyze'); // what a server that has stood there for a while has done by itself
    const loaded = await rawRows(sql);
    console.log(`  loaded ${count(loaded)} rows in ${seconds(load.wall)}, thau ${megabytes(load.peak)}`);
    const floor = await copyOnce(sql);
    console.log(`  floor: every raw table copied once with "create table as": ${seconds(floor)}`);
    await thau('seed');
    const full = await measured(thau, pid, 'run', '--select', ...layers);
    tell('in full', full, loaded);
    await worstPlans(thau);
    const result = { people, loaded, floor, full };
    if (!isDayWanted) return result;
    await sql('vacuum analyze'); // the day comes hours later: autovacuum has been there
    let before = loaded;
    let next;
    let added;
    for (const [index, day] of days.entries()) {
      const until = days[index + 1] ?? dayAfter;
      const load = await thau('sample', 'load', ...story, '--from', day, '--before', until, '--append');
      added = (await rawRows(sql)) - before;
      before += added;
      console.log(`  ${day}: ${count(added)} new rows generated and added in ${seconds(load.wall)}`);
      next = await measured(thau, pid, 'run', '--carry', '--select', ...layers); // as a schedule would
      tell(day, next, added);
      await worstPlans(thau);
    }
    if (process.argv.includes('--verify')) await verify(sql, thau);
    printGoals([
      goal(
        'layers in full',
        full.wall,
        300,
        's',
        `${count(loaded)} rows; ${(full.wall / floor).toFixed(1)} times the floor`,
      ),
      goal("a day's new events", next.wall, 15, 's', `${count(added)} rows`),
      goal(
        'PostgreSQL, most memory at a time',
        full.memory / 1024,
        2048,
        'MB',
        'shared buffers counted once',
      ),
      goal('thau, most memory at a time', full.peak, undefined, 'MB'),
    ]);
    return { ...result, added, next };
  });
}

/** What an event costs at several sizes; 50 events a customer, as in the one size. */
async function compare() {
  const results = [];
  for (const size of sizes) results.push(await measure(Math.round(size / 50), size, false));
  console.log(
    '\ncost of an event, in full (processor time of PostgreSQL where it is known, else time of the models):',
  );
  const costs = results.map(
    ({ loaded, full }) => ((Number.isFinite(full.cpu) ? full.cpu : full.busy) / loaded) * 1e6,
  );
  results.forEach(({ loaded, full, floor }, index) => {
    const cells = [
      count(loaded).padStart(12),
      seconds(full.wall).padStart(10),
      `${costs[index].toFixed(1)} µs`.padStart(10),
      `${(full.wall / floor).toFixed(1)} x floor`.padStart(12),
    ];
    console.log(cells.join('  '));
  });
  console.log(`  dearest over cheapest: ${(Math.max(...costs) / Math.min(...costs)).toFixed(2)}`);
}

/** A command as a process, with what the server took meanwhile. */
async function measured(thau, pid, ...args) {
  const watch = useOfServer(await pid());
  const result = await thau(...args);
  const nodes = result.events.filter((one) => one.message === 'node_finished').map((one) => one.result);
  return { ...result, ...watch.end(), nodes, busy: nodes.reduce((sum, node) => sum + node.seconds, 0) };
}

function tell(what, { wall, nodes, busy, peak, memory, cpu, kernel }, rows) {
  const built = nodes.filter((node) => node.status === 'success');
  console.log(
    `  ${what}: ${seconds(wall)}, ${String(built.length)} models built in ${seconds(busy)} of work, ` +
      `${seconds(cpu)} of PostgreSQL's processor time (${seconds(kernel)} in the kernel), ${((cpu / rows) * 1e6).toFixed(1)} µs a row; thau ${megabytes(peak)}, PostgreSQL ${megabytes(memory / 1024)}`,
  );
  for (const { name, seconds: took, rows: changed } of [...built]
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, shown)) {
    console.log(
      `    ${took.toFixed(2).padStart(7)} s  ${name.padEnd(28)} ${count(changed ?? 0).padStart(10)} rows`,
    );
  }
}

async function worstPlans(thau) {
  const { text } = await thau('explain', '--plans', '3');
  const plans = text.slice(text.indexOf('the slowest models'));
  console.log(plans.trimEnd().replaceAll(/^/gm, '  '));
}

/** Every table after the day equals the one of a build in full, but for the columns that tell how it came to be. */
async function verify(sql, thau) {
  const relations = `
    select table_schema || '.' || table_name as name, string_agg(quote_ident(column_name), ', ' order by ordinal_position) as said
    from information_schema.columns
    where table_schema in ('staging', 'unified', 'metrics')
        and table_name not in ('identity_assignments', 'identity_events', 'customer_moves', 'customer_changes')
        and column_name !~ '(^|_)batch(es)?$' and column_name not in ('delivered_count', 'lost_by', 'left_sessions', 'level_counts', 'size_counts')
    group by 1 order by 1`;
  const digests = async () => {
    const found = new Map();
    for (const { name, said } of (await sql(relations)).rows) {
      const { rows } = await sql(
        `select count(*) || ' ' || coalesce(sum(hashtextextended(row(${said})::text, 0)::numeric), 0) as digest from ${name} as t${standing(said)}`,
      );
      found.set(name, rows[0].digest);
    }
    return found;
  };
  const after = await digests();
  await thau('run', '--full-refresh', '--no-carry', '--select', ...layers);
  const inFull = await digests();
  const differing = [...inFull].filter(([name, digest]) => after.get(name) !== digest);
  console.log(
    differing.length === 0
      ? `  all ${String(inFull.size)} tables equal those of a build in full`
      : `  DIFFER from a build in full: ${differing.map(([name, digest]) => `${name} (${after.get(name)} | ${digest})`).join(', ')}`,
  );
  if (differing.length > 0) process.exitCode = 1;
}

/** Rows that stay to say what went: a build in full makes none of them. */
function standing(columns) {
  return columns.split(', ').includes('is_current') ? ' where is_current' : '';
}

async function copyOnce(sql) {
  const { rows } = await sql(rawTables);
  const began = performance.now();
  for (const { name } of rows)
    await sql(`create table public.copied as select * from ${name}; drop table public.copied`);
  return (performance.now() - began) / 1000;
}

async function rawRows(sql) {
  const { rows } = await sql(rawTables);
  let sum = 0;
  for (const { name } of rows)
    sum += Number((await sql(`select count(*) as rows from ${name}`)).rows[0].rows);
  return sum;
}

async function withDatabase(name, work) {
  const url = new URL(base);
  url.pathname = `/${name}`;
  await using(base, async (admin) => {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.query(`create database ${name}`);
  });
  try {
    return await work({
      sql: (text) => using(url, (client) => client.query(text)),
      thau: (...args) => thau(url, args),
      // our own server's processes can be watched, where there is a /proc
      pid: async () =>
        server &&
        Number(
          (
            await using(base, (admin) => admin.query(`select pg_read_file('postmaster.pid') as text`))
          ).rows[0].text.split('\n')[0],
        ),
    });
  } finally {
    if (!process.argv.includes('--keep')) {
      await using(base, (admin) => admin.query(`drop database if exists ${name} with (force)`));
    }
  }
}

function thau(url, args) {
  const json = args[0] === 'explain' ? [] : ['--json'];
  const all = ['--import', join(root, 'bench/runs/tell-peak-memory.js'), bin, ...args, ...json];
  if (args[0] === 'run') all.push('--threads', threads);
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...all, '--target-path', join(root, 'bench/.thau/target')], {
      cwd: root,
      env: { ...process.env, DATABASE_URL: url.href },
    });
    let text = '';
    let told = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => (told += chunk));
    child.on('close', (code) => {
      const wall = (performance.now() - began) / 1000;
      if (code !== 0) {
        reject(new Error(`thau ${args.join(' ')} failed:\n${text.slice(-6000)}\n${told.slice(-3000)}`));
        return;
      }
      const events = text
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .flatMap((line) => {
          try {
            return [JSON.parse(line)];
          } catch {
            return [];
          }
        });
      const peak = Number(/peak memory (\d+) KiB/.exec(told)?.[1]) / 1024;
      resolve({ wall, text, peak, events });
    });
  });
}

async function tellSettings() {
  const { rows } = await using(base, (admin) =>
    admin.query(`
      select name, current_setting(name) as value from pg_settings
      where name in ('server_version', 'shared_buffers', 'work_mem', 'maintenance_work_mem', 'effective_cache_size',
          'max_parallel_workers', 'max_parallel_workers_per_gather', 'fsync', 'full_page_writes', 'wal_level')
      order by name`),
  );
  console.log(
    `PostgreSQL: ${rows.map(({ name, value }) => `${name} ${value}`).join(', ')}; ${threads} threads`,
  );
}

async function embedded() {
  const { useEmbeddedServer } = await import('../../dist/postgres/embedded/embedded-server.js');
  const folder = join(root, 'bench/.thau/warehouse');
  const used = await useEmbeddedServer({ folder, port: await freePort(), memory: 2048, durable: true });
  // the port of the one that runs: where another bench is under way, its server is used
  const { user, password, database, port } = used.connection;
  const login = `${encodeURIComponent(user ?? 'postgres')}:${encodeURIComponent(password ?? '')}`;
  return {
    url: `postgres://${login}@127.0.0.1:${String(port)}/${database ?? 'postgres'}`,
    leave: () => used.leave(),
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function count(value) {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

function seconds(value) {
  return `${value.toFixed(value < 10 ? 2 : 1)} s`;
}

function megabytes(value) {
  return Number.isFinite(value) ? `${value.toFixed(0)} MB` : 'memory unknown';
}
