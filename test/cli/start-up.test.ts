import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** thau as a package carries it: without src, and with nobody's compiled code. */
let installed: string;
const codeFiles = (): string[] =>
  readdirSync(join(installed, 'dist'))
    .filter((name) => name.startsWith('.code-'))
    .map((name) => join(installed, 'dist', name));

beforeAll(() => {
  installed = mkdtempSync(join(tmpdir(), 'thau installed '));
  for (const name of ['bin', 'dist', 'package.json']) {
    cpSync(resolve(name), join(installed, name), { recursive: true });
  }
  for (const file of codeFiles()) rmSync(file);
  symlinkSync(resolve('node_modules'), join(installed, 'node_modules'));
});
afterAll(() => rmSync(installed, { recursive: true }));

function thau(...args: string[]): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(installed, 'bin/thau.js'), ...args], {
    cwd: installed,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], NO_COLOR: '1' },
  });
  return { status, text: stdout + stderr };
}

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const runs = { status: 0, text: `${version}\n` };

test('every module is in the pack', () => {
  const pack = readFileSync(resolve('dist/.pack'));
  const header = JSON.parse(pack.toString('utf8', 0, pack.indexOf('\n'))) as { index: object };
  const modules = readdirSync(resolve('src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replace(/\.ts$/, '.js'));
  const packed = Object.keys(header.index);
  expect(packed.filter((id) => !id.includes('node_modules/')).sort()).toEqual(modules.sort());
  expect(packed).toContain('node_modules/yaml/dist/index.js');
  expect(packed).toContain('node_modules/commander/index.js');
});

test('compiled code is kept from one process to the next, and does no harm when it is damaged, foreign or a folder', () => {
  expect(thau('--version')).toEqual(runs);
  const [file = ''] = codeFiles();
  const good = readFileSync(file);
  expect(thau('--version')).toEqual(runs);
  expect(readFileSync(file).equals(good)).toBe(true);
  for (const change of [
    (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1),
    (bytes: Buffer) => bytes.fill(0x55, bytes.indexOf('\n') + 1),
    () => Buffer.from('{"pack":"another","index":{}}\n'),
  ]) {
    writeFileSync(file, change(Buffer.from(good)));
    expect(thau('--version')).toEqual(runs);
  }
  rmSync(file);
  mkdirSync(file);
  expect(thau('--version')).toEqual(runs);
  rmSync(file, { recursive: true });
});

test('a stack trace names lines of dist, with the pack and without', () => {
  const place = (): string => {
    const { text } = thau('parse', '--debug');
    const [, at = ''] = /at noProject \((.*?)\)/.exec(text) ?? [];
    const [, url = '', line = ''] = /^(.*):(\d+):\d+$/.exec(at) ?? [];
    expect(readFileSync(fileURLToPath(url), 'utf8').split('\n')[Number(line) - 1]).toContain(
      'new ThauError(',
    );
    return at;
  };
  const fromPack = place();
  rmSync(join(installed, 'dist/.pack'));
  expect(place()).toBe(fromPack);
  expect(existsSync(join(installed, 'dist/.pack'))).toBe(false);
});
