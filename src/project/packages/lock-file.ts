import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { pythonJson } from '../context/python-json.js';
import { toValue } from '../context/plain.js';
import { Expect } from '../yaml/expect.js';
import { YamlFile } from '../yaml/yaml-file.js';
import { readPackages, type PackageEnvironment, type PackageSpec } from './package-list.js';
import type { PinnedPackage } from './pin-package.js';

export const lockFile = 'package-lock.yml';

/** What was asked for, as dbt writes it into its own lock file: a change of packages.yml changes it. */
export function hashOfSpecs(specs: readonly PackageSpec[]): string {
  const texts = specs.map((spec) => pythonJson(toValue(dbtForm(spec)), true)).sort();
  return createHash('sha1').update(texts.join('\n')).digest('hex');
}

function dbtForm({ kind, rendered, written }: PackageSpec): Record<string, unknown> {
  const own = (key: string): unknown => (Object.hasOwn(rendered, key) ? rendered[key] : null);
  switch (kind) {
    case 'hub':
      return {
        package: own('package'),
        version: own('version'),
        install_prerelease: own('install_prerelease') ?? false,
        unrendered: written,
      };
    case 'git':
      return {
        git: own('git'),
        revision: own('revision'),
        'warn-unpinned': own('warn-unpinned'),
        subdirectory: own('subdirectory'),
        unrendered: written,
      };
    case 'local':
      return { local: own('local'), unrendered: written };
    case 'tarball':
      return { tarball: own('tarball'), name: own('name'), unrendered: written };
  }
}

/** The locked packages; undefined where there is no lock file, or packages.yml changed since. */
export function readLock(
  projectDir: string,
  hash: string,
  environment: PackageEnvironment,
): PackageSpec[] | undefined {
  const path = join(projectDir, lockFile);
  if (!existsSync(path)) return undefined;
  const yaml = new YamlFile(lockFile, readFileSync(path, 'utf8'));
  if (!Expect.isMapping(yaml.value) || yaml.value['sha1_hash'] !== hash) return undefined;
  return readPackages(yaml, projectDir, environment);
}

export function writeLock(projectDir: string, pinned: readonly PinnedPackage[], hash: string): void {
  const packages = pinned.map(({ name, lock }) => ({ ...lock, name }));
  writeFileSync(join(projectDir, lockFile), stringify({ packages, sha1_hash: hash }, { lineWidth: 0 }));
}
