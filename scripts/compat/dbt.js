import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The `dbt` of the PATH, or the one the variable DBT names; undefined where there is none. */
export function findDbt() {
  const command = process.env.DBT ?? 'dbt';
  return spawnSync(command, ['--version'], { encoding: 'utf8' }).status === 0 ? command : undefined;
}

export function dbtCommand(dbt, project, database, ...args) {
  const { DATABASE_URL: _url, ...env } = process.env;
  return spawnSync(dbt, ['--quiet', ...args, '--project-dir', project, '--profiles-dir', database.profiles], {
    encoding: 'utf8',
    cwd: project,
    env: { ...env, ...database.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false', DBT_USE_COLORS: 'false' },
    maxBuffer: 1 << 28,
  });
}

export function runDbt(dbt, project, database, seedVars) {
  if (['packages.yml', 'dependencies.yml'].some((file) => existsSync(join(project, file)))) {
    dbtCommand(dbt, project, database, 'deps');
  }
  if (seedVars !== undefined) dbtCommand(dbt, project, database, 'seed', '--vars', seedVars);
  const build = dbtCommand(dbt, project, database, 'build');
  const read = (file) => JSON.parse(readFileSync(join(project, 'target', file), 'utf8'));
  const { results } = read('run_results.json');
  const good = results.filter(({ status }) => ['success', 'pass', 'warn'].includes(status)).length;
  const summary = `${good} of ${results.length} nodes good${build.status === 0 ? '' : ', exit code ' + String(build.status)}`;
  return { results, manifest: read('manifest.json'), summary };
}
