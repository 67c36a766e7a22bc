// npm run compat -- [--against dbt] [--keep] [--prepare <file.sql|sample>] [--break <seed.csv>] [--seed-vars <yaml>] <path of a dbt project>
//
// Builds a copy of a dbt project as it is, in a PostgreSQL of its own, and says what passed. With `--against dbt` it
// builds it with dbt too, in a second database, and compares every table row by row, every test's result, and what
// both select for a list of selections; a table that is another one each time dbt builds it is told and not counted.
// `--break expected.csv` takes the last row from that seed of the copies first: a test must fail then. `--seed-vars '{load: true}'` loads seeds first with these variables, for projects whose seeds are off
// otherwise. `--prepare tables.sql` runs that file in each database first, for projects whose sources stand there already;
// `--prepare sample` loads thau's sample shop (`thau sample load`). Nothing is written into the project.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { compileIfStale } from '../bin/compile.js';
import { copyCheckout } from './compat/checkout.js';
import { compareResults, compareSelections, compareTables } from './compat/compare.js';
import { dbtCommand, findDbt, runDbt } from './compat/dbt.js';
import { prepareDatabase } from './compat/prepare.js';
import { startServer } from './compat/server.js';
import { countResults, runThau } from './compat/thau.js';

await compileIfStale();
const args = process.argv.slice(2);
const against = takeOption('--against');
const keep = takeFlag('--keep');
const broken = takeOption('--break');
const seedVars = takeOption('--seed-vars');
const prepare = takeOption('--prepare');
const [path] = args;
if (path === undefined || args.length > 1 || (against !== undefined && against !== 'dbt')) {
  console.error(
    'Usage: npm run compat -- [--against dbt] [--keep] [--prepare <file.sql|sample>] [--break <seed.csv>] [--seed-vars <yaml>] <path of a dbt project>',
  );
  process.exit(2);
}
const project = resolve(path);
if (!existsSync(`${project}/dbt_project.yml`)) {
  console.error(`${project} has no dbt_project.yml.`);
  process.exit(2);
}
const dbt = against === 'dbt' ? findDbt() : undefined;
if (against === 'dbt' && dbt === undefined) {
  console.log('Skipped the comparison: there is no `dbt` on the PATH (or in DBT).');
}

const server = await startServer();
const copies = [copyCheckout(project), dbt === undefined ? undefined : copyCheckout(project)];
if (broken !== undefined) for (const copy of copies) if (copy !== undefined) breakSeed(copy.project, broken);
let differences = 0;
try {
  const profile =
    /^profile:\s*['"]?([\w-]+)/m.exec(readFileSync(`${project}/dbt_project.yml`, 'utf8'))?.[1] ?? 'default';
  const mine = await server.database('compat_thau', profile);
  await prepareDatabase(prepare, copies[0].project, mine);
  const built = runThau(copies[0].project, mine, seedVars);
  for (const line of countResults(built)) console.log(line);
  if (built.status !== 0) console.log(built.output.split('\n').slice(-40).join('\n'));
  if (dbt !== undefined) {
    const theirs = await server.database('compat_dbt', profile);
    await prepareDatabase(prepare, copies[0].project, theirs);
    const other = runDbt(dbt, copies[1].project, theirs, seedVars);
    console.log(`dbt: ${other.summary}`);
    const found = [
      ...(await compareTables(
        mine,
        theirs,
        other.manifest,
        (names) => dbtCommand(dbt, copies[1].project, theirs, 'run', '--full-refresh', '--select', ...names),
        (name) => console.log(`${name} is another table each time dbt builds it`),
      )),
      ...compareResults(built.results, other.results),
      ...compareSelections(copies[0].project, mine, dbt, copies[1].project, theirs, other.manifest, (n) =>
        console.log(`${n} metrics and semantic models stand in YAML that this dbt does not read`),
      ),
    ];
    differences = found.length;
    for (const line of found) console.log(`  ${line}`);
    console.log(`${differences} differences`);
  }
  if (broken === undefined) process.exitCode = built.status === 0 && differences === 0 ? 0 : 1;
  else {
    const failed = built.results.filter(({ status }) => status === 'fail').map(({ unique_id: id }) => id);
    console.log(
      `without the last row of ${broken}: ${failed.length} tests fail ${failed.slice(0, 5).join(' ')}`,
    );
    process.exitCode = failed.length > 0 && differences === 0 ? 0 : 1;
  }
} finally {
  await server.stop();
  for (const copy of copies) if (!keep) copy?.remove();
  if (keep) console.log(`kept in ${dirname(copies[0].root)}`);
}

/** Takes the last row from a seed of a copy, found by its file's name. */
function breakSeed(project, name) {
  const file = readdirSync(project, { recursive: true, encoding: 'utf8' }).find(
    (path) => path.endsWith(name) && !path.includes('dbt_packages'),
  );
  if (file === undefined) throw new Error(`${project} has no seed ${name}.`);
  const lines = readFileSync(`${project}/${file}`, 'utf8').trimEnd().split('\n');
  writeFileSync(`${project}/${file}`, `${lines.slice(0, -1).join('\n')}\n`);
}

function takeOption(name) {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 2)[1];
}

function takeFlag(name) {
  const at = args.indexOf(name);
  if (at >= 0) args.splice(at, 1);
  return at >= 0;
}
