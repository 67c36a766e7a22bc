// What every part of bench/runs uses: a database of its own, the command line as a process, medians, the table.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';

export const bin = join(import.meta.dirname, '../../bin/thau.js');
const base = new URL(process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres');

/** Runs `work` with a fresh database and an empty project folder, both gone afterwards. */
export async function withWarehouse(name, work) {
  const database = `thau_bench_${name}`;
  const url = new URL(base);
  url.pathname = `/${database}`;
  await using(base, async (admin) => {
    await admin.query(`drop database if exists ${database} with (force)`);
    await admin.query(`create database ${database}`);
  });
  const folder = mkdtempSync(join(tmpdir(), 'thau-bench-'));
  const write = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('dbt_project.yml', `name: bench\nversion: '1.0'\nmodel-paths: [transforms]\n`);
  const env = { ...process.env, DATABASE_URL: url.href };
  try {
    return await work({
      url,
      folder,
      write,
      env,
      thau: (...args) => thau(folder, env, args),
      timed: (...args) => timed(folder, env, args),
      sql: (text) => using(url, (client) => client.query(text)),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await using(base, (admin) => admin.query(`drop database if exists ${database} with (force)`));
  }
}

export async function using(url, work) {
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** One command as a process: its events, the seconds of the whole process, the peak of its memory in MB. */
function thau(folder, env, args) {
  const began = performance.now();
  const measured = ['--import', join(import.meta.dirname, 'tell-peak-memory.js')];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...measured, bin, ...args, '--json', '--project-dir', folder],
    { env, encoding: 'utf8', maxBuffer: 1e9 },
  );
  const wall = (performance.now() - began) / 1000;
  if (status !== 0) throw new Error(`thau ${args.join(' ')} failed:\n${stdout.slice(-4000)}\n${stderr}`);
  const peak = Number(/peak memory (\d+) KiB/.exec(stderr)?.[1]) / 1024;
  const lines = stdout.split('\n').filter((line) => line.startsWith('{') || line.startsWith('['));
  const events = lines.flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
  const event = (type) => events.find((one) => one.message === type);
  return { wall, peak, events, event, summary: event('run_finished')?.summary };
}

/** One command as a person would type it: the seconds of the whole process. */
function timed(folder, env, args) {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [bin, ...args, '--project-dir', folder], {
    env,
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (status !== 0) throw new Error(`thau ${args.join(' ')} failed:\n${stderr}`);
  return (performance.now() - began) / 1000;
}

/** What a process costs that only starts Node.js. */
export function processStart() {
  return median(
    [1, 2, 3].map(() => {
      const began = performance.now();
      spawnSync(process.execPath, ['-e', '0']);
      return (performance.now() - began) / 1000;
    }),
  );
}

/** A script of this folder beside what is measured; `end` stops it and answers what it printed as JSON. */
export function companion(script, args) {
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const ended = new Promise((resolve) => child.on('close', resolve));
  const ready = new Promise((resolve) => child.stdout.once('data', resolve));
  return {
    ready,
    end: async () => {
      child.stdin.end();
      await ended;
      return JSON.parse(text.trim().split('\n').at(-1));
    },
  };
}

export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

export function option(name, otherwise) {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
}

/** `limit` is the goal: the value may be at most that. */
export const goal = (what, value, limit, unit, note = '') => ({ what, value, limit, unit, note });

export function printGoals(goals) {
  const shown = goals.map(({ what, value, limit, unit, note }) => [
    what,
    format(value, unit),
    limit === undefined ? '' : `at most ${format(limit, unit)}`,
    limit === undefined ? '' : value <= limit ? 'met' : 'MISSED',
    note,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...shown.map((row) => row[column].length)));
  for (const row of shown)
    console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

function format(value, unit) {
  if (unit === '%') return `${(value * 100).toFixed(1)} %`;
  if (unit === 'ms') return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
  if (unit === 's') return `${value.toFixed(2)} s`;
  if (unit === 'MB') return `${value.toFixed(0)} MB`;
  return value.toFixed(2);
}
