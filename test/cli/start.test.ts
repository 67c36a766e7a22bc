import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runThau } from '../support/command-line.js';

let project: string;
const env = { THAU_EMBEDDED_DURABLE: 'false', PORT: '0' };

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'thau start Dự án '));
  const files: Record<string, string> = {
    'dbt_project.yml': 'name: shop\nmodel-paths: [transforms]\nmodels: {+materialized: table}\n',
    'transforms/people.sql': `select 1 as person_id, 'Ân' as name`,
    'transforms/people.yml':
      'models: [{name: people, columns: [{name: person_id, data_tests: [unique, not_null]}]}]\n',
    'schema/people.graphql': `type Person @relation(model: "people", key: ["person_id"]) { personId: Int! name: String }
extend type Query { people: [Person!]! @many }
`,
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
  readonly ready: { readonly ready: boolean; readonly graphql: string; readonly key?: string };
  readonly log: string;
}

async function start(): Promise<Started> {
  const child = spawn(process.execPath, [resolve('bin/thau.js'), 'start', '--json'], {
    cwd: project,
    env: { PATH: process.env['PATH'], HOME: project, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  for await (const chunk of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    log += chunk;
    const line = log.split('\n').find((text) => text.startsWith('{"ready"'));
    if (line !== undefined) return { child, ready: JSON.parse(line) as Started['ready'], log };
  }
  throw new Error(log);
}

async function ask({ ready }: Started, key: string): Promise<unknown> {
  const response = await fetch(ready.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query: '{ people { personId name } }' }),
  });
  return response.json();
}

const people = { data: { people: [{ personId: 1, name: 'Ân' }] } };

test('starts from nothing, is killed, starts again with what it had, and stops when asked', async () => {
  const first = await start();
  expect(first.ready.ready, first.log).toBe(true);
  const key = first.ready.key!;
  expect(await ask(first, key)).toEqual(people);

  const beside = await start();
  expect(beside.ready.key).toBeUndefined();
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
  again.child.kill('SIGTERM');
  expect((await once(again.child, 'close'))[0]).toBe(0);
});
