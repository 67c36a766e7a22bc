import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installPackages } from '../../src/project/packages/install-packages.js';
import { parseProject } from '../../src/project/parse-project.js';
import { environment } from './support/project-folder.js';
import { tar } from './support/tar.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'thau-packages-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const projectDir = (): string => join(folder, 'shop');

function install(upgrade = false): ReturnType<typeof installPackages> {
  return installPackages({ projectDir: projectDir(), env: {}, vars: {}, upgrade });
}

function git(...args: string[]): string {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
  return execFileSync('git', [...who, ...args], { cwd: join(folder, 'repo'), encoding: 'utf8' }).trim();
}

test('fetches local and git packages, and those they need, and locks the commits', async () => {
  write('repo/dbt_project.yml', 'name: remote\n');
  write('repo/macros/m.sql', '{% macro which() %}first{% endmacro %}');
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'one');
  const first = git('rev-parse', 'HEAD');
  write('near/dbt_project.yml', 'name: near\n');
  write('near/packages.yml', `packages: [{git: "${join(folder, 'repo')}", revision: HEAD}]\n`);
  write('shop/dbt_project.yml', 'name: shop\n');
  write('shop/packages.yml', 'packages: [{local: ../near}]\n');
  write('shop/models/a.sql', '{{ config(alias=remote.which()) }} select 1');
  expect((await install()).map(({ name }) => name)).toEqual(['near', 'remote']);
  const { manifest } = parseProject({ projectDir: projectDir(), environment });
  expect(manifest.nodes['model.shop.a']?.alias).toBe('first');
  expect(readFileSync(join(projectDir(), 'package-lock.yml'), 'utf8')).toContain(first);
  write('repo/macros/m.sql', '{% macro which() %}second{% endmacro %}');
  git('commit', '-qam', 'two');
  await install();
  expect(parseProject({ projectDir: projectDir(), environment }).manifest.nodes['model.shop.a']?.alias).toBe(
    'first',
  );
  await install(true);
  expect(parseProject({ projectDir: projectDir(), environment }).manifest.nodes['model.shop.a']?.alias).toBe(
    'second',
  );
});

test('unpacks a tarball', async () => {
  write('p.tar.gz', gzipSync(tar([['p-1.0/dbt_project.yml', 'name: p\n']])));
  write('shop/dbt_project.yml', 'name: shop\n');
  write('shop/packages.yml', `packages: [{tarball: "file://${join(folder, 'p.tar.gz')}", name: p}]\n`);
  expect((await install()).map(({ name }) => name)).toEqual(['p']);
});

test('refuses an archive that writes outside of its folder', async () => {
  write('p.tar.gz', gzipSync(tar([['../../evil.txt', 'x']])));
  write('shop/dbt_project.yml', 'name: shop\n');
  write('shop/packages.yml', `packages: [{tarball: "file://${join(folder, 'p.tar.gz')}", name: p}]\n`);
  await expect(install()).rejects.toMatchObject({ code: 'PROJECT_PATH_OUTSIDE' });
  expect(existsSync(join(folder, 'evil.txt'))).toBe(false);
});

test.each([
  ['a folder without a project', 'packages: [{local: ../nowhere}]', 'PROJECT_PACKAGE'],
  ['a url that is an option of git', "packages: [{git: '--upload-pack=touch x'}]", 'PROJECT_PACKAGE'],
  ['a url that runs a command', "packages: [{git: 'ext::sh -c true'}]", 'PROJECT_PACKAGE'],
  ['a repository that is not there', 'packages: [{git: ../nowhere.git}]', 'PROJECT_PACKAGE'],
  ['a slip in a key', 'packages: [{gti: x}]', 'PROJECT_UNKNOWN_KEY'],
])('refuses %s', async (_, packages, code) => {
  write('shop/dbt_project.yml', 'name: shop\n');
  write('shop/packages.yml', packages);
  const error: unknown = await install().catch((reason: unknown) => reason);
  const found = (error as { errors?: { code: string }[]; code: string }).errors?.[0] ?? error;
  expect(found).toMatchObject({ code });
  expect(existsSync(join(projectDir(), 'dbt_packages'))).toBe(false);
});
