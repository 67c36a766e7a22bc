import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runThau } from '../support/command-line.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let project: string;
let scratch: TestDatabase;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'thau usage '));
  writeFileSync(join(project, 'dbt_project.yml'), 'name: shop\nprofile: shop\nversion: "1"\n');
  scratch = await createTestDatabase();
});
afterAll(async () => {
  await scratch.drop();
  rmSync(project, { recursive: true });
});

describe('used wrongly, thau says what, what to do, and ends with 2', () => {
  test.concurrent.each([
    [['bild'], 'CLI_UNKNOWN_COMMAND: There is no command "bild".', /Did you mean|Commands:/],
    [['key', 'lst'], 'CLI_UNKNOWN_COMMAND: There is no command "lst".', 'Did you mean "list"?'],
    [
      ['debug', '--projct-dir', 'x'],
      'CLI_UNKNOWN_OPTION: There is no option "--projct-dir" of `thau debug`.',
      'Did you mean "--project-dir"?',
    ],
    [['debug', 'x'], 'CLI_USAGE: Too many arguments for', '`thau debug --help` shows how it is used.'],
    [
      ['key', 'create'],
      "CLI_USAGE: Required option '--name <text>' not specified.",
      '`thau key create --help`',
    ],
    [
      ['key', 'create', '--name', 'x', '--kind', 'y'],
      "CLI_USAGE: Option '--kind <kind>' argument 'y' is invalid.",
      'Allowed choices',
    ],
    [
      ['key', 'create', '--name', 'x', '--expires', '2027-02-30'],
      'CLI_USAGE: Option',
      'Write a day as 2027-12-31.',
    ],
    [['debug', '--target'], 'CLI_USAGE: Option', 'argument missing'],
    [
      ['debug', '--project-dir', '/no/such/folder'],
      'PROJECT_NOT_FOUND: There is no folder /no/such/folder.',
      '--project-dir',
    ],
    [
      ['debug', '--project-dir', '/dev/null'],
      'PROJECT_NOT_FOUND: /dev/null is not a folder.',
      '--project-dir',
    ],
    [['debug', '--project-dir', tmpdir()], 'PROJECT_NOT_FOUND: ', 'holds no dbt_project.yml'],
  ])('thau %j', async (args, message, hint) => {
    const done = await runThau(args, { cwd: project });
    expect(done.stderr).toContain(message);
    expect(done.stderr).toMatch(
      hint instanceof RegExp ? hint : new RegExp(hint.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')),
    );
    expect(done.stderr).not.toMatch(/^\s+at .*\.js:/m);
    expect([done.status, done.stdout]).toEqual([2, '']);
  });

  test('with --json the error is one line of JSON on standard output', async () => {
    const done = await runThau(['debug', '--json', '--project-dir', '/no/such/folder'], { cwd: project });
    expect(JSON.parse(done.stdout)).toMatchObject({ level: 'error', code: 'PROJECT_NOT_FOUND' });
    expect(done.stderr).toBe('');
    expect(done.status).toBe(2);
  });

  test('with --debug the stack is printed', async () => {
    const done = await runThau(['debug', '--debug', '--project-dir', '/no/such/folder'], { cwd: project });
    expect(done.stderr).toMatch(/^\s+at .*require-project\.js/m);
  });

  test('help and version are no errors', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await runThau(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
    const help = await runThau(['--help']);
    expect(help.status).toBe(0);
    expect(help.stdout).toContain('Usage: thau');
    expect((await runThau(['key', 'create', '--help'])).stdout).toContain('--expires <date>');
  });
});

describe.concurrent('a configuration that is wrong', () => {
  async function debugWith(
    files: Record<string, string>,
    args: string[] = [],
    env: Record<string, string> = {},
  ): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'thau config '));
    writeFileSync(join(folder, 'dbt_project.yml'), 'name: shop\nprofile: shop\n');
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    try {
      const done = await runThau(['debug', ...args], { cwd: folder, env });
      expect(done.stderr).not.toMatch(/^\s+at .*\.js:/m);
      expect(done.status).toBe(2);
      return done.stderr;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  const profiles = `shop:
  target: dev
  outputs:
    dev: {type: postgres, host: 127.0.0.1, port: 1, user: a, password: "{{ env_var('SHOP_PASSWORD') }}", dbname: d, schema: s}
`;

  test('malformed thau.yml: line and column', async () => {
    const text = await debugWith({ 'thau.yml': 'api:\n  port: 4000\n host: x\n' });
    expect(text).toContain('CONFIG_YAML: thau.yml is not valid YAML');
    expect(text).toMatch(/at thau\.yml:\d+:\d+/);
  });

  test('an unknown setting: the nearest name', async () => {
    const text = await debugWith({ 'thau.yml': 'databse:\n  pool: 3\n' });
    expect(text).toContain('at thau.yml:1:1');
    expect(text).toContain('hint: Did you mean "database"?');
  });

  test('an unknown target, and a variable that is not set', async () => {
    expect(await debugWith({ 'profiles.yml': profiles }, ['--target', 'dve'])).toContain(
      'hint: Did you mean "dev"?',
    );
    const text = await debugWith({ 'profiles.yml': profiles });
    expect(text).toContain('CONFIG_MISSING: The environment variable "SHOP_PASSWORD" is not set.');
    expect(text).toMatch(/profiles\.yml:4:\d+/);
  });

  test('a DATABASE_URL that is none: without its password', async () => {
    const text = await debugWith({}, [], { DATABASE_URL: 'postgers://me:s3cret@host/db' });
    expect(text).toContain('CONFIG_DATABASE_URL: DATABASE_URL begins with "postgers:"');
    expect(text).not.toContain('s3cret');
  });

  test.skipIf(process.getuid?.() === 0)('a folder that may not be read', async () => {
    const folder = join(project, 'closed');
    mkdirSync(folder);
    chmodSync(folder, 0);
    const done = await runThau(['debug', '--project-dir', folder], { cwd: project });
    expect(done.stderr).toContain('CONFIG_UNREADABLE');
    expect(done.status).toBe(2);
    chmodSync(folder, 0o700);
  });
});

describe.concurrent('a database that is not there', () => {
  async function debug(url: string, env: Record<string, string> = {}): Promise<string> {
    const done = await runThau(['debug'], { cwd: project, env: { DATABASE_URL: url, ...env } });
    expect(done.stderr).not.toMatch(/^\s+at .*\.js:/m);
    expect(done.stderr).toContain('hint: ');
    expect(done.status).toBe(1);
    return done.stderr;
  }
  const other = (change: (url: URL) => void): string => {
    const url = new URL(scratch.url);
    change(url);
    return url.href;
  };

  test('down: the address', async () => {
    const text = await debug('postgres://me@127.0.0.1:1/shop');
    expect(text).toContain('POSTGRES_CONNECTION_REFUSED');
    expect(text).toContain('connecting to me@127.0.0.1:1/shop');
  });

  test('without such a database, or such a role', async () => {
    expect(await debug(other((url) => (url.pathname = '/nowhere')))).toContain('POSTGRES_DATABASE_MISSING');
    expect(await debug(other((url) => (url.username = 'nobody_here')))).toContain('POSTGRES_WRONG_PASSWORD');
  });

  test('a wrong password: not printed, where the server asks for one', async (context) => {
    if (new URL(scratch.url).password === '') context.skip();
    const text = await debug(other((url) => (url.password = 'guessed')));
    expect(text).toContain('POSTGRES_WRONG_PASSWORD');
    expect(text).not.toContain('guessed');
  });

  test('silent: after connect_timeout', async () => {
    const server: Server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const text = await debug(`postgres://me@127.0.0.1:${port}/shop?connect_timeout=1`);
    expect(text).toContain('POSTGRES_UNREACHABLE: PostgreSQL did not answer in time.');
    server.close();
  });

  test('something else than PostgreSQL at the port', async () => {
    const server: Server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await debug(`postgres://me@127.0.0.1:${port}/shop`)).toMatch(/POSTGRES_/);
    server.close();
  });

  test('not in UTF-8', async () => {
    const name = `${scratch.name}_latin`;
    await scratch.query(`create database ${name} encoding 'LATIN1' locale 'C' template template0`);
    try {
      expect(await debug(other((url) => (url.pathname = `/${name}`)))).toContain('POSTGRES_ENCODING');
    } finally {
      await scratch.query(`drop database ${name}`);
    }
  });
});
