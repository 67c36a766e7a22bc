import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve as path } from 'node:path';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runThau } from '../support/command-line.js';

let project: string;
const env = { THAU_EMBEDDED_DURABLE: 'false', PORT: '0' };

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'thau start Dự án '));
  const files: Record<string, string> = {
    'dbt_project.yml': 'name: shop\nmodel-paths: [transforms]\nmodels: {+materialized: table}\n',
    'transforms/people.sql': `select 1 as person_id, 'Ân' as name, date '2026-01-05' as came_on`,
    'transforms/people.yml': `models:
  - name: people
    semantic_model: true
    agg_time_dimension: came_on
    columns:
      - { name: person_id, data_tests: [unique, not_null] }
      - { name: came_on, granularity: day, dimension: { type: time } }
    metrics: [{ name: heads, type: simple, agg: count, expr: person_id }]
`,
    'schema/people.graphql': `type Person @relation(model: "people", key: ["person_id"]) { personId: Int! name: String }
extend type Query { people: [Person!]! @many }
`,
    'schema/work.graphql': `type Mutation {
  startRun(select: [String!]): RequestReceipt!
  rollback(generation: BigInt): RequestReceipt!
  cancelRun(runId: BigInt!): RequestReceipt!
}
type RequestReceipt { requestId: BigInt! kind: String! state: String! }
`,
    'schema/operations/everyone.graphql':
      'query everyone($id: Int) { people(filter: {personId: {eq: $id}}) { personId name } }',
    'schema/operations/b_named.graphql':
      'query named($name: String!) { people(filter: {name: {eq: $name}}) { personId } }',
    'schema/operations/ids.graphql': 'query ids { people { personId } }',
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(project, file, '..'), { recursive: true });
    writeFileSync(join(project, file), text);
  }
});
afterAll(async () => {
  await runThau(['stop'], { cwd: project, env });
  rmSync(project, { recursive: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly ready: {
    readonly ready: boolean;
    readonly graphql: string;
    readonly key?: string;
    readonly biKey?: string;
    readonly biUrls?: readonly string[];
  };
  readonly log: string;
}

async function start(): Promise<Started> {
  const child = spawn(process.execPath, [path('bin/thau.js'), 'start', '--json'], {
    cwd: project,
    env: { PATH: process.env['PATH'], HOME: project, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  const ended = once(child, 'close');
  return new Promise((resolve, reject) => {
    // read to the end: whose reader goes away ends
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
      const line = log.split('\n').find((text) => text.startsWith('{"ready"') && text.endsWith('}'));
      if (line !== undefined) resolve({ child, ready: JSON.parse(line) as Started['ready'], log });
    });
    void ended.then(() => reject(new Error(log)));
  });
}

async function ask(
  { ready }: Started,
  key: string,
  query = '{ people { personId name } }',
): Promise<{ readonly data?: Readonly<Record<string, unknown>> | null; readonly errors?: unknown }> {
  const response = await fetch(ready.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as Awaited<ReturnType<typeof ask>>;
}

const people = { data: { people: [{ personId: 1, name: 'Ân' }] } };

test('starts from nothing, is killed, starts again with what it had, and stops when asked', async () => {
  const first = await start();
  expect(first.ready.ready, first.log).toBe(true);
  const key = first.ready.key!;
  expect(await ask(first, key)).toEqual(people);

  // the three addresses of the bi key answer as they stand, and the key opens nothing else
  const { biKey = '', biUrls = [] } = first.ready;
  expect(biUrls.map((url) => new URL(url).pathname)).toEqual(['/q/everyone.csv', '/q/ids.csv', '/q']);
  for (const url of biUrls) {
    await expect.poll(async () => (await fetch(url)).status, { message: url }).toBe(200);
  }
  expect(await (await fetch(biUrls[1] ?? '')).text()).toBe('personId\r\n1\r\n');
  expect(await ask(first, biKey)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  expect(first.log.split(biKey)).toHaveLength(first.log.split('\n').at(-2)!.split(biKey).length);

  const beside = await start();
  expect(beside.ready).not.toHaveProperty('key');
  expect(beside.ready).not.toHaveProperty('biKey');
  expect(await ask(beside, key)).toEqual(people);

  first.child.kill('SIGKILL');
  await once(first.child, 'close');
  expect(await ask(beside, key)).toEqual(people);

  const stopped = once(beside.child, 'close');
  expect((await runThau(['stop'], { cwd: project, env })).status).toBe(0);
  expect((await stopped)[0]).toBe(0);

  const again = await start();
  expect(again.log).not.toContain('run_started');
  expect(await ask(again, key)).toEqual(people);
  await workThroughApi(again, key);
  again.child.kill('SIGTERM');
  expect((await once(again.child, 'close'))[0]).toBe(0);
});

/** A run asked for by mutation, told by a subscription, taken back, and one that is cancelled: the leader acts on each. */
async function workThroughApi(started: Started, key: string): Promise<void> {
  const eventually = (query: string, data: object): Promise<void> =>
    expect.poll(() => ask(started, key, query), { timeout: 60_000 }).toMatchObject({ data });
  const sse = createClient({
    url: `${started.ready.graphql}/stream`,
    headers: { Authorization: `Bearer ${key}` },
    retryAttempts: 0,
  });
  const changed = sse.iterate<{ metricChanged: unknown }>({
    query: 'subscription { metricChanged(names: ["heads"], grain: YEAR) { metric value } }',
  });
  const next = changed.next();
  await expect
    .poll(async () => {
      const metrics = started.ready.graphql.replace('graphql', 'metrics');
      return (await fetch(metrics, { headers: { 'x-api-key': key } })).text();
    })
    .toMatch(/^thau_api_subscriptions 1$/m);

  const both = `select 1 as person_id, 'Ân' as name, date '2026-01-05' as came_on union all select 2, 'Bê', date '2026-02-05'`;
  writeFileSync(join(project, 'transforms/people.sql'), both);
  writeFileSync(join(project, 'transforms/sleeper.sql'), 'select pg_sleep(3600)::text as slept');
  expect(await ask(started, key, 'mutation { startRun(select: ["people"]) { kind state } }')).toEqual({
    data: { startRun: { kind: 'run', state: 'waiting' } },
  });
  expect((await next).value).toEqual({ data: { metricChanged: [{ metric: 'heads', value: 2 }] } });
  const two = [
    { personId: 1, name: 'Ân' },
    { personId: 2, name: 'Bê' },
  ];
  await eventually('{ people(orderBy: [{personId: ASC}]) { personId name } }', { people: two });
  sse.dispose();

  expect(await ask(started, key, 'mutation { rollback { kind } }')).toEqual({
    data: { rollback: { kind: 'rollback' } },
  });
  await eventually('{ people { personId name } }', people.data);

  await ask(started, key, 'mutation { startRun(select: ["sleeper"]) { state } }');
  const running = '{ warehouse { runs(filter: {state: {eq: RUNNING}}) { nodes { runId } } } }';
  await eventually(running, { warehouse: { runs: { nodes: [{}] } } });
  const runId = /"runId":"(\d+)"/.exec(JSON.stringify(await ask(started, key, running)))?.[1] ?? '';
  expect(await ask(started, key, `mutation { cancelRun(runId: "${runId}") { kind } }`)).toEqual({
    data: { cancelRun: { kind: 'cancel' } },
  });
  await eventually(`{ warehouse { runs(filter: {runId: {eq: "${runId}"}}) { nodes { state } } } }`, {
    warehouse: { runs: { nodes: [{ state: 'CANCELLED' }] } },
  });
  await eventually('{ warehouse { requests(filter: {state: {ne: DONE}}) { totalCount } } }', {
    warehouse: { requests: { totalCount: 0 } },
  });
  expect(await ask(started, key)).toEqual(people);
}
