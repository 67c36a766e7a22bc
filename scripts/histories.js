// npm run compat:histories -- [--steps 8] [--seed 1]
//
// Plays one random history of source rows to dbt and to thau and compares every table after every step: all
// incremental strategies with their options, on_schema_change while columns come, go and change type, snapshots of
// every strategy, and microbatch. Needs dbt (on the PATH, or in DBT); run by hand.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compileIfStale } from '../bin/compile.js';
import { dbtCommand, findDbt } from './compat/dbt.js';
import { projectFiles } from './histories/project.js';
import { sourceRows } from './histories/source-rows.js';
import { startServer } from './compat/server.js';
import { thau } from './compat/thau.js';

await compileIfStale();
const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return Number(at < 0 ? otherwise : process.argv[at + 1]);
};
const steps = option('--steps', 8);
const rows = sourceRows(option('--seed', 1));
const dbt = findDbt();
if (dbt === undefined) {
  console.log('Skipped: there is no `dbt` on the PATH (or in DBT).');
  process.exit(0);
}

const server = await startServer();
const folders = ['thau', 'dbt'].map((name) => mkdtempSync(join(tmpdir(), `histories-${name}-`)));
let differences = 0;
try {
  const files = projectFiles(new Date());
  for (const folder of folders) {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  }
  const mine = await server.database('histories_thau', 'shop');
  const theirs = await server.database('histories_dbt', 'shop');
  const began = [];
  let compared = 0;
  for (let step = 1; step <= steps; step++) {
    const sql = rows.step(step);
    for (const database of [mine, theirs]) await database.query(sql);
    began.push(new Date(Date.now() - 1000).toISOString());
    const vars = `{step: ${step}}`;
    const own = thau(folders[0], mine, 'build', '--no-carry', '--vars', vars);
    const other = dbtCommand(dbt, folders[1], theirs, 'build', '--vars', vars);
    if (own.status > 1) throw new Error(own.stdout + own.stderr);
    if (other.status > 1) throw new Error(other.stdout + other.stderr);
    const tables = await theirs.query(
      `select c.oid::regclass::text as name, relname from pg_class as c
       where relnamespace = 'analytics'::regnamespace and relkind = 'r' order by 1`,
    );
    for (const { name, relname } of tables) {
      const [a, b] = [
        await contents(mine, name, relname, began),
        await contents(theirs, name, relname, began),
      ];
      compared += 1;
      if (a === b) continue;
      differences += 1;
      console.log(`step ${step}, ${name}:\n${firstDifference(a, b)}`);
    }
    const failedBoth = [own, other].map(({ stdout }) => (stdout.match(/schema_fail/g) ?? []).length > 0);
    console.log(
      `step ${step}: ${tables.length} tables, exit codes ${own.status} and ${other.status}, ${String(failedBoth)}`,
    );
  }
  console.log(`${compared} comparisons, ${differences} differences`);
  process.exitCode = differences === 0 ? 0 : 1;
} finally {
  await server.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/**
 * A table as text, its columns by name (dbt moves one to the end when it makes it longer): moments of the runs themselves become the number of the run; ids that dbt makes of such a moment
 * are left out.
 */
async function contents(database, name, relname, began) {
  const columns = await database.query(`
    select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = to_regclass('${name}') and attnum > 0 and not attisdropped order by attname`);
  if (columns.length === 0) return 'no table';
  const byMoment = /check|new_record/.test(relname);
  const list = columns
    .filter((column) => !(byMoment && /scd_id/.test(column.name)))
    .map(({ name: column, type }) => {
      const quoted = `"${column}"`;
      if (!type.startsWith('timestamp')) return `coalesce(${quoted}::text, '∅')`;
      const cases = began.map(
        (moment, index) => `when ${quoted}::timestamptz >= '${moment}' then 'run ${index + 1}'`,
      );
      return `case when ${quoted}::timestamptz > '2100-01-01' then 'far' ${cases.reverse().join(' ')} else coalesce(${quoted}::text, '∅') end`;
    });
  const found = await database.query(
    `select concat_ws(' | ', ${list.join(', ')}) as row from ${name} order by 1`,
  );
  return [
    columns.map((column) => `${column.name} ${column.type}`).join(', '),
    ...found.map(({ row }) => row),
  ].join('\n');
}

function firstDifference(a, b) {
  const [mine, theirs] = [a.split('\n'), b.split('\n')];
  const only = (one, other) => one.filter((line) => !other.includes(line)).slice(0, 4);
  return [
    `  rows: ${mine.length - 1} and ${theirs.length - 1}`,
    ...only(mine, theirs).map((line) => `  thau: ${line}`),
    ...only(theirs, mine).map((line) => `  dbt:  ${line}`),
  ].join('\n');
}
