import { createServer, type Server } from 'node:http';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { addPackage } from '../../src/project/packages/add-package.js';
import { installPackages, type InstallOptions } from '../../src/project/packages/install-packages.js';
import { tar } from './support/tar.js';

/** A hub of three packages: what `dbt` itself would ask of hub.getdbt.com, by the same addresses. */
const hub: Record<string, Record<string, { packages?: object[]; require_dbt_version?: string[] }>> = {
  'acme/tools': {
    '1.0.0': {},
    '1.1.0': {},
    '2.0.0': {},
    '2.1.0-rc1': {},
    '3.0.0': { require_dbt_version: ['>=9.0.0'] },
  },
  'acme/dates': { '0.1.0': { packages: [{ package: 'acme/tools', version: ['>=1.0.0', '<2.0.0'] }] } },
  'acme/strict': { '1.0.0': { packages: [{ package: 'acme/tools', version: '2.0.0' }] } },
};

let server: Server;
let address: string;
let folder: string;
let failing = 0;
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    if (failing > 0) {
      failing -= 1;
      response.writeHead(503).end();
      return;
    }
    const name = /^\/api\/v1\/(.*)\.json$/.exec(path)?.[1];
    const archive = /^\/archives\/(.*)\/(.*)\.tar\.gz$/.exec(path);
    if (name === 'index') response.end(JSON.stringify(Object.keys(hub)));
    else if (name !== undefined && hub[name] !== undefined)
      response.end(JSON.stringify(describePackage(name)));
    else if (archive !== null) {
      const [, owner = '', version = ''] = archive;
      const short = owner.split('/')[1] ?? '';
      const files = [
        [`${short}-${version}/dbt_project.yml`, `name: ${short}\nversion: "${version}"\n`],
      ] as const;
      response.end(gzipSync(tar(files)));
    } else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
});

afterAll(() => server.close());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'thau-hub-'));
  asked.length = 0;
  failing = 0;
  write('dbt_project.yml', 'name: shop\n');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function describePackage(name: string): object {
  const [namespace, short] = name.split('/');
  const versions = Object.fromEntries(
    Object.entries(hub[name] ?? {}).map(([version, own]) => [
      version,
      {
        id: `${name}/${version}`,
        name: short,
        version,
        packages: own.packages ?? [],
        require_dbt_version: own.require_dbt_version ?? [],
        downloads: { tarball: `${address}archives/${name}/${version}.tar.gz`, format: 'tgz', sha1: null },
      },
    ]),
  );
  return { name: short, namespace, versions };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

async function install(packages: string, over: Partial<InstallOptions> = {}): Promise<string[]> {
  if (packages !== '') write('packages.yml', `packages: [${packages}]\n`);
  const installed = await installPackages({
    projectDir: folder,
    env: { DBT_PACKAGE_HUB_URL: address },
    vars: {},
    upgrade: false,
    ...over,
  });
  return installed.map(({ name, from }) => `${name} ${from['version'] ?? ''}`);
}

test('takes the newest version that is allowed, and the packages that version needs', async () => {
  expect(await install('{package: acme/dates, version: 0.1.0}')).toEqual(['dates 0.1.0', 'tools 1.1.0']);
  expect(read('dbt_packages/tools/dbt_project.yml')).toContain('version: "1.1.0"');
});

test('takes what all who ask for a package allow', async () => {
  const both = '{package: acme/tools, version: [">=1.0.0"]}, {package: acme/dates, version: 0.1.0}';
  expect(await install(both)).toEqual(['tools 1.1.0', 'dates 0.1.0']);
});

test('leaves prereleases and versions for another dbt, unless they are wanted', async () => {
  const any = 'version: ">=1.0.0"';
  expect(await install(`{package: acme/tools, ${any}}`)).toEqual(['tools 2.0.0']);
  expect(await install(`{package: acme/tools, ${any}, install_prerelease: true}`)).toEqual([
    'tools 2.1.0-rc1',
  ]);
  expect(await install('{package: acme/tools, version: 2.1.0-rc1}')).toEqual(['tools 2.1.0-rc1']);
  const unchecked = await install(`{package: acme/tools, ${any}}`, { checkVersion: false, upgrade: true });
  expect(unchecked).toEqual(['tools 3.0.0']);
});

test('writes the lock file that dbt writes, and installs what it says until packages.yml changes', async () => {
  await install('{package: acme/tools, version: [">=1.0.0", "<2.0.0"]}');
  // the hash is what dbt 1.11 computes for this packages.yml
  expect(read('package-lock.yml')).toBe(
    'packages:\n  - package: acme/tools\n    version: 1.1.0\n    name: tools\nsha1_hash: 10e9024ad59f10075eedabafce8d7ca4eb872bbf\n',
  );
  write('package-lock.yml', read('package-lock.yml').replace('1.1.0', '1.0.0'));
  expect(await install('')).toEqual(['tools 1.0.0']);
  expect(await install('', { upgrade: true })).toEqual(['tools 1.1.0']);
  expect(await install('{package: acme/tools, version: 2.0.0}')).toEqual(['tools 2.0.0']);
});

test('--lock settles versions, and fetches no archive', async () => {
  expect(await install('{package: acme/tools, version: 1.0.0}', { lockOnly: true })).toEqual(['tools 1.0.0']);
  expect(asked.filter((path) => path.startsWith('/archives'))).toEqual([]);
  expect(() => read('dbt_packages/tools/dbt_project.yml')).toThrow('ENOENT');
});

test('says who cannot agree, and what versions there are', async () => {
  const packages = '{package: acme/strict, version: 1.0.0}, {package: acme/dates, version: 0.1.0}';
  await expect(install(packages)).rejects.toMatchObject({
    code: 'PROJECT_PACKAGE',
    message: 'no version of "acme/tools" is 2.0.0, >=1.0.0, <2.0.0',
    notes: ['there are 1.0.0, 1.1.0, 2.0.0'],
  });
});

test('asks again when the hub fails, and tells when it goes on failing', async () => {
  failing = 2;
  expect(await install('{package: acme/tools, version: 1.0.0}')).toEqual(['tools 1.0.0']);
  failing = 3;
  await expect(install('{package: acme/tools, version: 1.1.0}')).rejects.toMatchObject({
    notes: [`${address}: 503 Service Unavailable`],
  });
});

test.each([
  [
    'a name without a namespace',
    '{package: tools, version: 1.0.0}',
    'is not the name of a package of the hub',
  ],
  [
    'a name that leads elsewhere',
    '{package: ../../x, version: 1.0.0}',
    'is not the name of a package of the hub',
  ],
  ['an unknown package', '{package: acme/tols, version: 1.0.0}', 'the hub has no package "acme/tols"'],
  ['a missing version', '{package: acme/tools}', 'needs a version'],
  ['a version that is none', '{package: acme/tools, version: latest}', 'must be like 1.2.3'],
  ['a version there is not', '{package: acme/tools, version: 9.9.9}', 'no version of "acme/tools" is 9.9.9'],
  [
    'one package from two places',
    '{package: acme/tools, version: 1.0.0}, {local: near}',
    'is asked for from two places',
  ],
  ['a package of a private host', '{private: acme/tools}', "is known to dbt's own platform alone"],
])('refuses %s', async (_, packages, message) => {
  write('near/dbt_project.yml', 'name: tools\n');
  const error: unknown = await install(packages).catch((reason: unknown) => reason);
  const found = (error as { errors?: unknown[] }).errors?.[0] ?? error;
  expect((found as Error).message).toContain(message);
  expect((found as { hint?: string }).hint).toBeTruthy();
});

test('--add-package writes packages.yml, keeps its comments, and replaces the same package', () => {
  write(
    'packages.yml',
    'packages:\n  # dates\n  - package: acme/dates\n    version: 0.1.0\n  - git: https://example.org/acme/tools.git\n    revision: main\n',
  );
  expect(addPackage(folder, 'hub', 'acme/tools@>=1.0.0,<2.0.0')).toBe('packages.yml');
  expect(read('packages.yml')).toBe(
    'packages:\n  # dates\n  - package: acme/dates\n    version: 0.1.0\n  - package: acme/tools\n    version:\n      - ">=1.0.0"\n      - <2.0.0\n',
  );
  addPackage(folder, 'git', 'git@example.org:acme/dates.git@v2');
  expect(read('packages.yml')).toContain('git: git@example.org:acme/dates.git\n    revision: v2');
  expect(read('packages.yml')).not.toContain('acme/dates\n');
  addPackage(folder, 'local', '../near');
  expect(read('packages.yml')).toContain('- local: ../near');
  expect(() => addPackage(folder, 'hub', 'acme/tools')).toThrow('names no version');
});
