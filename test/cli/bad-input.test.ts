import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runThau, type CommandResult } from '../support/command-line.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** A project that is good, published once; each test breaks a copy of it and builds. */
const good: Readonly<Record<string, string>> = {
  'dbt_project.yml': 'name: shop\nmodel-paths: [transforms]\nmodels: {+materialized: table}\n',
  'seeds/regions.csv': 'region,name\n1,Bắc\n2,Nam\n',
  'transforms/orders.sql': 'select 1 as order_id, 100 as amount\n',
  'transforms/totals.sql': `select sum(amount) as total from {{ ref('orders') }}\n`,
  'transforms/orders.yml':
    'models:\n  - name: orders\n    columns:\n      - name: order_id\n        data_tests: [unique, not_null]\n',
  'schema/orders.graphql': `type Order @relation(model: "orders", key: ["order_id"]) { orderId: Int! amount: Int }
extend type Query { orders: [Order!]! @many }
`,
};

let root: string;
let scratch: TestDatabase;
let pointer: unknown;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'thau bad input '));
  for (const [file, text] of Object.entries(good)) write(join(root, 'good'), file, text);
  scratch = await createTestDatabase();
  const done = await build(join(root, 'good'));
  expect(done.status, done.stdout + done.stderr).toBe(0);
  pointer = await shown();
});
afterAll(async () => {
  await scratch.drop();
  rmSync(root, { recursive: true });
});

function write(project: string, file: string, text: string): void {
  mkdirSync(join(project, file, '..'), { recursive: true });
  writeFileSync(join(project, file), text);
}

function build(cwd: string, args: readonly string[] = []): Promise<CommandResult> {
  return runThau(['build', ...args], { cwd, env: { DATABASE_URL: scratch.url } });
}

/** What readers see. */
async function shown(): Promise<unknown> {
  return scratch.query('select p.generation, o.* from thau.pointer as p, public.orders as o');
}

let count = 0;
function broken(files: Readonly<Record<string, string>>): string {
  count += 1;
  const project = join(root, `broken-${count}`);
  cpSync(join(root, 'good'), project, { recursive: true });
  for (const [file, text] of Object.entries(files)) write(project, file, text);
  return project;
}

const cases: readonly [string, Readonly<Record<string, string>>, RegExp, string, RegExp][] = [
  [
    'a model with broken SQL',
    { 'transforms/orders.sql': 'select 1 as order_id,\n    from nothing\n' },
    /POSTGRES_SYNTAX|BUILD_/,
    'transforms/orders.sql:2:5',
    /syntax error.*> 2 \|     from nothing/s,
  ],
  [
    'a model that asks for a column that is not there',
    { 'transforms/totals.sql': `select sum(amont) as total from {{ ref('orders') }}\n` },
    /POSTGRES_UNDEFINED/,
    'transforms/totals.sql',
    /amont/,
  ],
  [
    'a model with broken Jinja',
    { 'transforms/orders.sql': 'select {{ 1 + }} as order_id\n' },
    /JINJA_/,
    'transforms/orders.sql:1:',
    /./,
  ],
  [
    'an unknown ref, with the nearest name',
    { 'transforms/totals.sql': `select * from {{ ref('ordrs') }}\n` },
    /PROJECT_UNKNOWN_REF/,
    'transforms/totals.sql',
    /Did you mean "orders"/,
  ],
  [
    'a cycle, with its path',
    { 'transforms/orders.sql': `select 1 as order_id, total as amount from {{ ref('totals') }}\n` },
    /PROJECT_CYCLE/,
    'transforms/',
    /orders.*totals|totals.*orders/s,
  ],
  [
    'two models of one name',
    { 'transforms/more/orders.sql': 'select 2 as order_id\n' },
    /PROJECT_/,
    'orders.sql',
    /transforms\/more\/orders\.sql/,
  ],
  [
    'a bad YAML key, with the nearest name',
    { 'transforms/orders.yml': 'models:\n  - name: orders\n    colums: []\n' },
    /PROJECT_UNKNOWN_KEY/,
    'transforms/orders.yml:3:5',
    /Did you mean "columns"/,
  ],
  [
    'YAML that is none',
    { 'transforms/orders.yml': 'models:\n  - name: orders\n   columns: []\n' },
    /PROJECT_YAML/,
    'transforms/orders.yml:',
    /./,
  ],
  [
    'a malformed CSV row',
    { 'seeds/regions.csv': 'region,name\n1,Bắc\n2,Nam,too many\n' },
    /CSV|SEED/,
    'seeds/regions.csv:3',
    /./,
  ],
  [
    'a test that fails',
    { 'transforms/orders.sql': 'select 1 as order_id, 1 as amount union all select 1, 2\n' },
    /FAIL/,
    'unique_orders_order_id',
    /hint/,
  ],
  [
    'a GraphQL field that no column backs',
    { 'schema/orders.graphql': good['schema/orders.graphql']!.replace('amount: Int', 'amuont: Int') },
    /SCHEMA_/,
    'schema/orders.graphql:1:',
    /amuont/,
  ],
  [
    'an operation for BI tools that asks for a field which is not there',
    {
      'schema/operations/orders.graphql':
        '# Orders for the sheet.\nquery orders {\n  orders {\n    amuont\n  }\n}\n',
    },
    /API_OPERATION/,
    'schema/operations/orders.graphql:4:5',
    /Cannot query field "amuont" on type "Order". Did you mean "amount"\?\n/,
  ],
  [
    'two operations of one name',
    {
      'schema/operations/a.graphql': 'query orders { orders { amount } }\n',
      'schema/operations/b.graphql': 'query orders { orders { orderId } }\n',
    },
    /API_OPERATION/,
    'schema/operations/b.graphql',
    /another file has an operation "orders" too\.\n/,
  ],
];

test.each(cases)(
  '%s: code, place, hint, and nothing of it is published',
  async (_name, files, code, place, says) => {
    const done = await build(broken(files));
    const text = done.stdout + done.stderr;
    expect(text).toMatch(code);
    expect(text).toContain(place);
    expect(text).toMatch(says);
    expect(text).toMatch(/hint: /);
    expect(text).not.toMatch(/^\s+at .*\.js:\d+/m);
    expect(done.status).not.toBe(0);
    expect(await shown()).toEqual(pointer);
  },
);

test('folders and files that an older version left under target/ in the way of compiled SQL are replaced', async () => {
  const project = broken({});
  const left = join(project, 'target/compiled/shop/transforms');
  rmSync(left, { recursive: true });
  write(left, 'orders.sql/left.sql', 'select 1\n');
  write(left, 'orders.yml', 'a file where a folder belongs\n');
  write(left, 'kept.sql', 'select 2\n');
  const done = await runThau(['compile'], { cwd: project, env: { DATABASE_URL: scratch.url } });
  expect(done.status, done.stdout + done.stderr).toBe(0);
  const compiled = join(project, 'target/compiled/shop/transforms');
  expect(readFileSync(join(compiled, 'orders.sql'), 'utf8')).toContain('order_id');
  expect(readdirSync(join(compiled, 'orders.yml'))).toContain('unique_orders_order_id.sql');
  expect(readFileSync(join(compiled, 'kept.sql'), 'utf8')).toBe('select 2\n');
});

test('an artifact that cannot be written is told with its path, and no run is undone by it', async () => {
  const project = broken({});
  rmSync(join(project, 'target'), { recursive: true, force: true });
  mkdirSync(join(project, 'target/manifest.json/held'), { recursive: true });
  const compiled = await runThau(['compile'], { cwd: project, env: { DATABASE_URL: scratch.url } });
  expect(compiled.stderr).toMatch(
    /BUILD_ARTIFACT: .*target\/manifest\.json could not be written: it is a folder\./,
  );
  expect(compiled.status).toBe(1);
  // nothing half-written beside it
  const others = readdirSync(join(project, 'target')).filter(
    (name) => !['compiled', 'partial_parse.thau'].includes(name),
  );
  expect(others).toEqual(['manifest.json']);
  const built = await build(project);
  expect(built.stderr).toContain('it is a folder');
  expect(built.status).toBe(0);
});

test('a database that goes away in the middle of a run: the run fails, what is published stays', async () => {
  const project = broken({
    'transforms/slow.sql': `select pg_sleep(120)::text as slept, count(*) as n from {{ ref('orders') }}\n`,
  });
  const child = spawn(process.execPath, [resolve('bin/thau.js'), 'build'], {
    cwd: project,
    env: { PATH: process.env['PATH'], DATABASE_URL: scratch.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  const closed = once(child, 'close');
  await expect
    .poll(
      () =>
        scratch.query(
          `select 1 from pg_stat_activity where datname = current_database() and state = 'active' and query like '%pg_sleep(120)%' and pid <> pg_backend_pid()`,
        ),
      { timeout: 60_000 },
    )
    .not.toEqual([]);
  await scratch.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'thau%'`,
  );
  const [status] = (await closed) as [number];
  expect(text).toContain('POSTGRES_CONNECTION_LOST');
  expect(text).not.toMatch(/^\s+at .*\.js:\d+/m);
  expect(status).toBe(1);
  expect(await shown()).toEqual(pointer);
  const next = await build(join(root, 'good'));
  expect(next.status, next.stdout + next.stderr).toBe(0);
});
