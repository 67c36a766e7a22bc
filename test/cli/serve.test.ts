import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runThau } from '../support/command-line.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let project: string;
let scratch: TestDatabase;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'thau serve '));
  writeFileSync(join(project, 'dbt_project.yml'), 'name: shop\n');
  scratch = await createTestDatabase();
});
afterAll(async () => {
  await scratch.drop();
  rmSync(project, { recursive: true });
});

test('a port in use is told, with what to set, and the database is left in peace', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const done = await runThau(['serve'], {
    cwd: project,
    env: { DATABASE_URL: scratch.url, PORT: String(port) },
  });
  taken.close();
  expect(done.stderr).toContain(`Port ${port}`);
  expect(done.stderr).toContain('api.port');
  expect(done.stderr).not.toMatch(/^\s+at .*\.js:/m);
  expect(done.status).toBe(1);
  const left = await scratch.query(
    `select 1 from pg_stat_activity where application_name like 'thau%' and datname = current_database()`,
  );
  expect(left).toEqual([]);
});

test('SIGTERM, or the Ctrl-C that npm doubles, ends it with 0 and closes its connections', async () => {
  const child = spawn(process.execPath, [resolve('bin/thau.js'), 'serve', '--json'], {
    cwd: project,
    env: { PATH: process.env['PATH'], DATABASE_URL: scratch.url, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await expect.poll(() => out, { timeout: 30_000 }).toContain('"url"');
  child.kill('SIGINT');
  child.kill('SIGINT');
  const [status] = (await once(child, 'exit')) as [number | null];
  expect(status, out).toBe(0);
  await expect
    .poll(() =>
      scratch.query(
        `select 1 from pg_stat_activity where application_name like 'thau%' and datname = current_database()`,
      ),
    )
    .toEqual([]);
});

test('with --quiet the first keys are said all the same: they are kept nowhere', async () => {
  const keyless = await createTestDatabase();
  const child = spawn(process.execPath, [resolve('bin/thau.js'), 'serve', '--quiet'], {
    cwd: project,
    env: { PATH: process.env['PATH'], DATABASE_URL: keyless.url, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await expect
    .poll(() => out, { timeout: 30_000 })
    .toMatch(/^API key \(shown once\): \S+\n  BI key    \S+ .*\n    \S+\n    \S+\n$/);
  // nothing is published: what lists the operations is there all the same
  const urls = [...out.matchAll(/^    (\S+)$/gm)].map(([, url = '']) => url);
  expect(urls.map((url) => new URL(url).pathname)).toEqual(['/q', '/q/openapi.json']);
  for (const url of urls) expect((await fetch(url)).status, url).toBe(200);
  child.kill('SIGTERM');
  await once(child, 'exit');
  await keyless.drop();
});

test('a reader of the output that goes away is no error', async () => {
  const child = spawn(
    'sh',
    ['-c', `"${process.execPath}" "${resolve('bin/thau.js')}" --help | true; exit 0`],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  await once(child, 'close');
  expect(errors).toBe('');
});
