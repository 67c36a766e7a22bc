// How long files take to become a manifest: cold (nothing cached) and warm, each in a process of its own. With dbt on
// the PATH (or in DBT), beside it: `npm run bench:parse` prints the ratio.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileIfStale } from '../../bin/compile.js';
import { generateProject } from './generate-project.js';

const sizes = (process.argv[2] ?? '1000,10000').split(',').map(Number);
const parseOnce = fileURLToPath(new URL('parse-once.js', import.meta.url));
await compileIfStale();
const folder = mkdtempSync(join(tmpdir(), 'thau-bench-parse-'));
try {
  for (const size of sizes) {
    const project = join(folder, String(size));
    generateProject(project, size);
    const [cold, warm] = [0, 1].map(() => parse(project));
    console.log(
      `${size} models (${cold.nodes} nodes): cold ${seconds(cold.ms)}, warm ${seconds(warm.ms)}, ` +
        `${(cold.bytes / size / 1024).toFixed(1)} KiB a model`,
    );
    const dbt = parseWithDbt(project);
    if (dbt !== undefined)
      console.log(`  dbt: ${seconds(dbt)}; thau takes ${(cold.ms / dbt).toFixed(3)} of it`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function parse(project) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [parseOnce, project], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function parseWithDbt(project) {
  const dbt = process.env.DBT ?? 'dbt';
  const profiles = join(project, 'profiles');
  mkdirSync(profiles, { recursive: true });
  writeFileSync(
    join(profiles, 'profiles.yml'),
    'bench: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: u, password: p, dbname: d, schema: s, threads: 2}}}\n',
  );
  const args = ['--no-send-anonymous-usage-stats', 'parse', '--no-partial-parse', '--profiles-dir', profiles];
  const start = performance.now();
  const { status } = spawnSync(dbt, args, { cwd: project, stdio: 'ignore' });
  return status === 0 ? performance.now() - start : undefined;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}
