import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runThau, type CommandResult } from '../support/command-line.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const sdl = `type Order @relation(model: "orders", key: ["order_id"]) { orderId: Int! amount: Int, note: String @deprecated(reason: "Nobody writes notes.") }
extend type Query { orders: OrderConnection! @many }
`;

let project: string;
let scratch: TestDatabase;

const write = (file: string, text: string): void => {
  mkdirSync(join(project, file, '..'), { recursive: true });
  writeFileSync(join(project, file), text);
};
const thau = (...args: string[]): Promise<CommandResult> =>
  runThau(args, { cwd: project, env: { DATABASE_URL: scratch.url } });

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'thau schema '));
  scratch = await createTestDatabase();
  write('dbt_project.yml', 'name: shop\nmodel-paths: [transforms]\nmodels: {+materialized: table}\n');
  write('transforms/orders.sql', `select 1 as order_id, 100 as amount, 'x' as note\n`);
  write(
    'transforms/orders.yml',
    'models:\n  - name: orders\n    columns:\n      - name: order_id\n        data_tests: [unique, not_null]\n',
  );
  write('schema/orders.graphql', sdl);
});
afterAll(async () => {
  await scratch.drop();
  rmSync(project, { recursive: true });
});

test('before anything is published there is no schema, and it says what to do', async () => {
  const done = await thau('schema', 'print');
  expect(done.status).toBe(2);
  expect(done.stderr).toContain('Nothing is published yet');
  expect(done.stderr).toContain('thau build');
});

test('what is printed is the SDL that clients see, bindings left out and what is generated in', async () => {
  const built = await thau('build');
  expect(built.status, built.stdout + built.stderr).toBe(0);
  const printed = await thau('schema', 'print');
  expect(printed.status, printed.stderr).toBe(0);
  const schema = buildSchema(printed.stdout);
  expect(schema.getType('OrderFilter')).toBeDefined();
  expect(printed.stdout).not.toContain('@relation');
  await thau('schema', 'print', '-o', join(project, 'target/clients.graphql'));
  expect(readFileSync(join(project, 'target/clients.graphql'), 'utf8')).toBe(printed.stdout);
});

test('a field that is dropped without a deprecation ends with 1; a deprecated one may go', async () => {
  const equal = await thau('schema', 'diff');
  expect([equal.status, equal.stdout]).toEqual([0, 'generation 1 → the project\n  equal for clients\n']);
  write('schema/orders.graphql', sdl.replace(/, note: String @deprecated\([^)]*\)/, ''));
  const retired = await thau('schema', 'diff');
  expect(retired.stdout).toContain('retired    Order.note was removed.');
  expect(retired.status, retired.stdout).toBe(0);
  write('schema/orders.graphql', sdl.replace(' amount: Int,', ''));
  const broken = await thau('schema', 'diff');
  expect(broken.stdout).toContain('breaking   Order.amount was removed.');
  expect(broken.stdout).toContain('@deprecated');
  expect(broken.status).toBe(1);
  expect((await thau('schema', 'diff', '--allow-breaking')).status).toBe(0);
});

test('two generations are compared by number, and one that is not kept is told', async () => {
  const built = await thau('build');
  expect(built.status, built.stdout + built.stderr).toBe(0);
  const published = await thau('schema', 'diff', '--from', '1', '--to', '2', '--json');
  const found = JSON.parse(published.stdout) as { changes: unknown[] };
  expect(found).toMatchObject({ from: 'generation 1', to: 'generation 2' });
  expect(found.changes).toContainEqual({
    level: 'breaking',
    type: 'FIELD_REMOVED',
    message: 'Order.amount was removed.',
  });
  const none = await thau('schema', 'diff', '--from', '77');
  expect(none.status).toBe(2);
  expect(none.stderr).toContain('Generation 77 is not kept');
});

test('files that do not fit what is published are refused with their place', async () => {
  write('schema/orders.graphql', sdl.replace('amount: Int', 'amuont: Int'));
  const done = await thau('schema', 'diff');
  expect(done.status).not.toBe(0);
  expect(done.stderr).toMatch(/SCHEMA_UNBOUND_FIELD.*schema\/orders\.graphql:1:/s);
});

test('a model that asks for a type in its YAML, in a project without SDL, is held against the API before it is published', async () => {
  const [before, place] = [project, scratch];
  project = mkdtempSync(join(tmpdir(), 'thau meta '));
  scratch = await createTestDatabase();
  try {
    write('dbt_project.yml', 'name: shop\nmodel-paths: [transforms]\nmodels: {+materialized: table}\n');
    write('transforms/carriers.sql', `select 'a' as carrier\n`);
    const yaml = `models:\n  - name: carriers\n    config: {meta: {graphql: true}}\n`;
    write('transforms/carriers.yml', yaml);
    const refused = await thau('build');
    expect(refused.status).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain('nothing proves which columns tell its rows apart');
    expect(await scratch.query('select generation::int from thau.pointer where generation > 0')).toEqual([]);
    write(
      'transforms/carriers.yml',
      `${yaml}    columns:\n      - name: carrier\n        data_tests: [unique, not_null]\n`,
    );
    const built = await thau('build');
    expect(built.status, built.stdout + built.stderr).toBe(0);
    expect((await thau('schema', 'print')).stdout).toContain('type Carrier {');
  } finally {
    await scratch.drop();
    rmSync(project, { recursive: true });
    [project, scratch] = [before, place];
  }
});
