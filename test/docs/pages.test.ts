import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runThau } from '../support/run-thau.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { readPage, type Step } from './page.js';

const root = resolve(import.meta.dirname, '../..');
/** Public data that is not part of the repository. */
const datasets = process.env['THAU_DATASETS'] ?? resolve(root, '../shared/datasets');
const cdnow = join(datasets, 'cdnow', 'CDNOW_master.txt');

let server: TestDatabase;
let folder: string;
let api: ChildProcess;
let url: string;
let key: string;

const environment = (): Record<string, string> => ({
  DATABASE_URL: server.url,
  PORT: '0',
  PATH: [join(folder, 'bin'), process.env['PATH'] ?? ''].join(delimiter),
});

beforeAll(async () => {
  server = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), 'thau-pages-'));
  for (const part of ['dbt_project.yml', 'thau.yml', 'transforms', 'schema', 'seeds']) {
    if (existsSync(join(root, part))) cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  // `npx thau` is this repository's thau
  mkdirSync(join(folder, 'bin'));
  const npx = join(folder, 'bin', 'npx');
  writeFileSync(npx, `#!/bin/sh\nshift\nexec "${process.execPath}" "${join(root, 'bin', 'thau.js')}" "$@"\n`);
  chmodSync(npx, 0o755);
  for (const command of [['sample', 'load'], ['build'], ['key', 'create', '--name', 'pages']]) {
    const ran = await runThau(command, { cwd: folder, env: environment() });
    if (ran.code !== 0) throw new Error(`thau ${command.join(' ')}: ${ran.stderr}${ran.stdout}`);
    key = ran.stdout.trim().split('\n').at(-1) ?? '';
  }
  api = spawn(process.execPath, [join(root, 'bin', 'thau.js'), 'serve'], {
    cwd: folder,
    env: { ...process.env, ...environment(), NO_COLOR: '1' },
  });
  url = await listening(api);
}, 300_000);

afterAll(async () => {
  if (api.exitCode === null) {
    const gone = new Promise((done) => api.once('close', done));
    api.kill('SIGTERM');
    await gone;
  }
  await server.drop();
  rmSync(folder, { recursive: true });
});

function listening(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    let said = '';
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const found = /(http:\/\/[^\s/]+)\/graphql/.exec(said);
      if (found?.[1] !== undefined) done(found[1]);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('close', (code) => fail(new Error(`the API ended with ${String(code)}: ${said}`)));
  });
}

async function follow(page: string, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const place = `${page}, line ${String(step.line)}`;
    if (step.kind === 'file') {
      mkdirSync(dirname(join(folder, step.path)), { recursive: true });
      writeFileSync(join(folder, step.path), step.text);
    } else if (step.kind === 'shell') {
      for (const command of step.commands) {
        const ran = await shell(command);
        if (ran.code !== 0) throw new Error(`${place}: ${command}\n${ran.output}`);
      }
    } else {
      const answer = await ask(step.document);
      if (step.answer === undefined) expect(answer, place).not.toHaveProperty('errors');
      else expect(answer, place).toEqual(step.answer);
    }
  }
}

function shell(command: string): Promise<{ code: number | null; output: string }> {
  return new Promise((done, fail) => {
    const child = spawn('sh', ['-c', command], { cwd: folder, env: { ...process.env, ...environment() } });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', fail);
    child.on('close', (code) => done({ code, output }));
  });
}

/** Asks until the API has followed the publish that made the question possible. */
async function ask(query: string): Promise<unknown> {
  for (const until = Date.now() + 20_000; ;) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query }),
    });
    const answer = (await response.json()) as { errors?: unknown };
    if (answer.errors === undefined || Date.now() > until) return answer;
  }
}

describe('what a page says works', () => {
  test('README.md', async () => {
    const steps = readPage('README.md').map((step) =>
      // the two commands themselves are what runs this test
      step.kind === 'shell'
        ? { ...step, commands: step.commands.filter((command) => !/^npm /.test(command)) }
        : step,
    );
    expect(steps.filter((step) => step.kind === 'ask').length).toBeGreaterThan(0);
    await follow('README.md', steps);
  }, 300_000);

  test.skipIf(!existsSync(cdnow))(
    'docs/tutorials/cdnow.md (skipped where CDNOW_master.txt is absent)',
    async () => {
      copyFileSync(cdnow, join(folder, 'CDNOW_master.txt'));
      await follow('docs/tutorials/cdnow.md', readPage('docs/tutorials/cdnow.md'));
    },
    300_000,
  );
});
