// How long files take to become a manifest: `thau parse` as a process of its own, its start and target/manifest.json included.
// Cold reads every file, warm finds nothing changed, edited finds one model changed. With dbt on the PATH (or in DBT)
// beside it: `npm run bench:parse [-- 1000,10000]`.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileIfStale } from '../../bin/compile.js';
import { generateProject } from './generate-project.js';

/** Seconds, by number of models. */
const goals = { 1000: { cold: 1.5, warm: 0.5 }, 10_000: { cold: 8, warm: 3 } };

const given = process.argv[2] ?? '';
const sizes = (/^[\d,]+$/.test(given) ? given : '1000,10000').split(',').map(Number);
const thau = fileURLToPath(new URL('../../bin/thau.js', import.meta.url));
const rounds = 3;
await compileIfStale();
const folder = mkdtempSync(join(tmpdir(), 'thau-bench-parse-'));
console.log(`${cpus().length} cores, load ${loadavg()[0].toFixed(1)}; medians of ${rounds}`);
try {
  for (const size of sizes) measure(size, join(folder, String(size)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measure(size, project) {
  generateProject(project, size);
  const cold = median(() => {
    rmSync(join(project, 'target'), { recursive: true, force: true });
    return parse(project);
  });
  const manifest = JSON.parse(readFileSync(join(project, 'target/manifest.json'), 'utf8'));
  const warm = median(() => parse(project));
  const edited = median(() => {
    appendFileSync(firstModel(project), '-- edited\n');
    return parse(project);
  });
  const goal = goals[size];
  const against = (seconds, limit) => `${seconds.toFixed(2)} s${limit ? ` (goal ${limit})` : ''}`;
  console.log(
    `${size} models, ${Object.keys(manifest.nodes).length} nodes: cold ${against(cold.seconds, goal?.cold)}, ` +
      `warm ${against(warm.seconds, goal?.warm)}, one model edited ${edited.seconds.toFixed(2)} s; ` +
      `at most ${(cold.kilobytes / size).toFixed(0)} KiB a model cold, ${(warm.kilobytes / size).toFixed(0)} warm`,
  );
  const dbt = process.env.DBT ?? 'dbt';
  if (spawnSync(dbt, ['--version'], { stdio: 'ignore' }).status !== 0) {
    console.log('  dbt is not installed here (PATH, or DBT=<its path>): nothing to compare with');
    return;
  }
  const peer = dbtParse(dbt, project, ['--no-partial-parse']);
  const peerWarm = dbtParse(dbt, project, []);
  if (peer === undefined || peerWarm === undefined) console.log('  dbt could not parse the project');
  else
    console.log(
      `  dbt: cold ${peer.toFixed(2)} s, thau takes ${(cold.seconds / peer).toFixed(3)} of it (goal 0.1); ` +
        `warm ${peerWarm.toFixed(2)} s, ${(warm.seconds / peerWarm).toFixed(3)}`,
    );
}

/** The median round by its seconds. */
function median(run) {
  const results = Array.from({ length: rounds }, run).sort((a, b) => a.seconds - b.seconds);
  return results[Math.floor(rounds / 2)];
}

/** One parse in a process of its own: wall seconds, and the most memory it held. */
function parse(project) {
  const start = performance.now();
  const { stderr, status, output } = spawnSync(
    process.execPath,
    [
      '--import',
      'data:text/javascript,process.on("exit",()=>process.stderr.write("kilobytes "+process.resourceUsage().maxRSS))',
      thau,
      'parse',
      '--quiet',
      '--project-dir',
      project,
    ],
    { cwd: project, encoding: 'utf8' },
  );
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(output.join('\n'));
  return { seconds, kilobytes: Number(/kilobytes (\d+)/.exec(stderr)?.[1]) };
}

function firstModel(project) {
  const group = join(project, 'models/staging/group_0');
  const name = readdirSync(group).find((file) => file.endsWith('.sql') && existsSync(join(group, file)));
  return join(group, name);
}

function dbtParse(dbt, project, flags) {
  const args = ['--no-send-anonymous-usage-stats', 'parse', ...flags, '--profiles-dir', project];
  const target = ['--target-path', join(project, 'target-dbt')];
  const start = performance.now();
  const { status } = spawnSync(dbt, [...args, ...target], { cwd: project, stdio: 'ignore' });
  return status === 0 ? (performance.now() - start) / 1000 : undefined;
}
