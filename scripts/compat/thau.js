import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/thau.js', import.meta.url));

/** One thau command in a project. */
export function thau(project, database, ...args) {
  const { DATABASE_URL: _url, ...env } = process.env;
  return spawnSync(
    process.execPath,
    [bin, '--project-dir', project, '--profiles-dir', database.profiles, ...args],
    {
      encoding: 'utf8',
      // where something fails dbt leaves what it built: its tables are compared too
      env: { ...env, ...database.env, THAU_RUNS_PUBLISH: 'healthy' },
      maxBuffer: 1 << 28,
    },
  );
}

/** `deps` where the project has packages, `seed` where its variables are given, then `build`. */
export function runThau(project, database, seedVars) {
  if (['packages.yml', 'dependencies.yml'].some((file) => existsSync(join(project, file)))) {
    const deps = thau(project, database, 'deps');
    if (deps.status !== 0) return { status: deps.status, output: deps.stdout + deps.stderr, results: [] };
  }
  if (seedVars !== undefined) thau(project, database, 'seed', '--vars', seedVars);
  const build = thau(project, database, 'build');
  const file = join(project, 'target/run_results.json');
  const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).results : [];
  return { status: build.status, output: build.stdout + build.stderr, results };
}

/** `75 of 75 seeds`, a line a resource type. */
export function countResults({ results }) {
  const counts = new Map();
  for (const { unique_id: id, status } of results) {
    const type = id.split('.')[0];
    const count = counts.get(type) ?? { good: 0, all: 0 };
    count.all += 1;
    if (['success', 'pass', 'warn', 'carried'].includes(status)) count.good += 1;
    counts.set(type, count);
  }
  return [...counts].map(([type, { good, all }]) => `${good} of ${all} ${type}s`);
}
