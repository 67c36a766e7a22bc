import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKey } from '../../src/access/key-store.js';
import { Database } from '../../src/postgres/database.js';
import { connectionOf } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let project: string;
let scratch: TestDatabase;
let child: ChildProcess;
let out = '';
let url = '';
let key = '';

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'thau workers '));
  writeFileSync(join(project, 'dbt_project.yml'), 'name: shop\n');
  writeFileSync(join(project, 'thau.yml'), 'api: { roles: { slow: { requests_per_minute: 1 } } }\n');
  scratch = await createTestDatabase();
  child = spawn(process.execPath, [resolve('bin/thau.js'), 'serve', '--workers', '2', '--json'], {
    cwd: project,
    env: { PATH: process.env['PATH'], DATABASE_URL: scratch.url, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
});
afterAll(async () => {
  child.kill('SIGKILL');
  await scratch.drop();
  rmSync(project, { recursive: true });
});

/** Backends that hear of publishes: one of each worker. */
const listeners = async (): Promise<number[]> =>
  (
    await scratch.query(
      `select pid from pg_stat_activity where datname = current_database() and application_name = 'thau listener'`,
    )
  ).map((row) => Number(row['pid']));
const live = async (): Promise<number> =>
  (await fetch(`${url}/health/live`, { headers: { connection: 'close' } })).status;
const metric = async (name: string): Promise<number> => {
  const response = await fetch(`${url}/metrics`, { headers: { 'x-api-key': key, connection: 'close' } });
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await response.text())?.[1]);
};

test('several processes answer on one port, each listening for publishes, and count together', async () => {
  await expect.poll(() => out, { timeout: 60_000 }).toContain('"workers":2');
  url = /"url":"([^"]+)"/.exec(out)?.[1] ?? '';
  key = /"key":"([^"]+)"/.exec(out)?.[1] ?? '';
  expect(await listeners()).toHaveLength(2);
  const before = await metric('thau_api_request_seconds_count\\{kind="health",status="200"\\}').catch(
    () => 0,
  );
  for (let count = 0; count < 10; count += 1) expect(await live()).toBe(200);
  const after = await metric('thau_api_request_seconds_count\\{kind="health",status="200"\\}');
  expect(after - (Number.isNaN(before) ? 0 : before)).toBe(10);
  expect(await metric('thau_api_listening')).toBe(1);
});

test('what a role may ask in a minute is counted for all of them, whichever a connection came to', async () => {
  const database = new Database({ connection: connectionOf(scratch.url) });
  const { text } = await createKey({ database, state: 'thau' }, { name: 'slow', roles: ['slow'] });
  await database.close();
  const statuses: number[] = [];
  for (let count = 0; count < 6; count += 1) {
    // each connection goes to the next worker
    const response = await fetch(`${url}/q`, { headers: { 'x-api-key': text, connection: 'close' } });
    statuses.push(response.status);
    if (response.status === 429) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect(statuses).toEqual([200, 429, 429, 429, 429, 429]);
});

test('a worker that is killed is replaced, and the port answers meanwhile', async () => {
  const before = await listeners();
  const pids = workerPids();
  process.kill(pids[0] ?? 0, 'SIGKILL');
  await expect
    .poll(async () => (await listeners()).filter((pid) => !before.includes(pid)).length, { timeout: 30_000 })
    .toBe(1);
  await expect.poll(async () => (await listeners()).length, { timeout: 30_000 }).toBe(2);
  expect(await live()).toBe(200);
  expect(out).toContain('another takes its place');
});

test('SIGUSR2 replaces every worker without a request refused', async () => {
  const before = await listeners();
  const asking = new AbortController();
  const statuses = new Set<number>();
  const asked = (async () => {
    while (!asking.signal.aborted) statuses.add(await live());
  })();
  child.kill('SIGUSR2');
  await expect.poll(() => out, { timeout: 60_000 }).toContain('every worker was replaced');
  asking.abort();
  await asked;
  expect([...statuses]).toEqual([200]);
  const after = await listeners();
  expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  expect(after).toHaveLength(2);
});

test('SIGTERM ends all of them with 0, and closes their connections', async () => {
  child.kill('SIGTERM');
  const [status] = (await once(child, 'exit')) as [number | null];
  expect(status, out).toBe(0);
  await expect.poll(listeners, { timeout: 30_000 }).toEqual([]);
  await expect(live()).rejects.toThrow();
});

/** The children of the primary. */
function workerPids(): number[] {
  const pids = [...out.matchAll(/"worker":(\d+)/g)].map((match) => Number(match[1]));
  return pids.slice(-2);
}
