import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ThauError, type Place } from '../../errors/thau-error.js';
import type { Globals } from '../../jinja/evaluate/frame.js';
import type { Value } from '../../jinja/values/value.js';
import { environmentFunction, VariablesValue } from '../context/variables-value.js';
import { renderYaml } from '../parse/render-yaml.js';
import { checkKeys } from '../yaml/check-keys.js';
import { Expect } from '../yaml/expect.js';
import { YamlFile, type YamlMapping } from '../yaml/yaml-file.js';
import { Problems } from '../problems.js';
import { VersionRange } from './version-range.js';

interface Named {
  readonly at: Place;
  /** The entry with its templates as they were written, and as they render. */
  readonly written: YamlMapping;
  readonly rendered: YamlMapping;
}

/** A package as packages.yml names it. */
export type PackageSpec =
  | (Named & { readonly kind: 'local'; readonly path: string; readonly folder: string })
  | (Named & {
      readonly kind: 'git';
      readonly url: string;
      readonly revision: string | null;
      readonly subdirectory: string | null;
    })
  | (Named & { readonly kind: 'tarball'; readonly url: string; readonly name: string })
  | (Named & {
      readonly kind: 'hub';
      readonly name: string;
      readonly range: VersionRange;
      readonly prereleases: boolean;
    });

/** What the templates of packages.yml may read: variables of the command line, and the environment with its secrets. */
export interface PackageEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly vars: YamlMapping;
}

export const packageFiles = ['packages.yml', 'dependencies.yml'] as const;

/** The packages of a project's packages.yml or dependencies.yml. */
export function readPackageList(
  projectDir: string,
  environment: PackageEnvironment,
  prefix = '',
): PackageSpec[] {
  const name = packageFiles.find((file) => existsSync(join(projectDir, file)));
  if (name === undefined) return [];
  const yaml = new YamlFile(`${prefix}${name}`, readFileSync(join(projectDir, name), 'utf8'));
  return readPackages(yaml, projectDir, environment);
}

/** The packages of a file; local paths are relative to `base`. */
export function readPackages(yaml: YamlFile, base: string, environment: PackageEnvironment): PackageSpec[] {
  if (yaml.value === null) return [];
  const globals: Globals = new Map<string, Value>([
    ['env_var', environmentFunction(environment.env, { secrets: true })],
    ['var', new VariablesValue(new Map(Object.entries(environment.vars)))],
  ]);
  const problems = new Problems();
  const specs = new Expect(yaml).mappings(yaml.value, 'packages', 'packages').flatMap(
    (written) =>
      problems.attempt(() => {
        const rendered = renderYaml(yaml, written, globals) as YamlMapping;
        return [readSpec(yaml, { written, rendered, at: yaml.at(written) }, base, problems)];
      }) ?? [],
  );
  problems.throwIfAny();
  return specs;
}

const keys = new Set([
  'local',
  'git',
  'tarball',
  'package',
  'private',
  'provider',
  'name',
  'revision',
  'version',
  'subdirectory',
  'install_prerelease',
  'install-prerelease',
  'warn-unpinned',
  'unrendered',
]);

function readSpec(yaml: YamlFile, named: Named, base: string, problems: Problems): PackageSpec {
  const { rendered: raw, at } = named;
  checkKeys(yaml, raw, { owner: 'a package', allowed: keys, strict: true }, problems);
  const expect = new Expect(yaml);
  const text = (key: string): string | undefined => {
    const value = expect.optionalText(raw, key, `${key} of a package`);
    if (value === '') throw expect.fault(raw, key, `${key} of a package is empty`);
    return value;
  };
  const local = text('local');
  if (local !== undefined) return { ...named, kind: 'local', path: local, folder: resolve(base, local) };
  const url = text('git');
  if (url !== undefined) {
    const revision = text('revision') ?? null;
    return { ...named, kind: 'git', url, revision, subdirectory: text('subdirectory') ?? null };
  }
  const tarball = text('tarball');
  if (tarball !== undefined) {
    const name = expect.text(raw, 'name', 'the name of a tarball package');
    return { ...named, kind: 'tarball', url: tarball, name };
  }
  const name = text('package');
  if (name !== undefined) return { ...named, kind: 'hub', name, ...readVersions(expect, raw, name) };
  const hosted = text('private');
  throw new ThauError(
    'PROJECT_PACKAGE',
    hosted === undefined
      ? 'a package needs package, git, local or tarball'
      : `the private package "${hosted}" is known to dbt's own platform alone`,
    {
      at,
      hint:
        hosted === undefined
          ? 'Write package: <namespace>/<name> with a version, git: <url> with a revision, local: <folder>, or tarball: <url> with a name.'
          : 'Name its repository, with a token of the environment: git: "https://{{ env_var(\'DBT_ENV_SECRET_TOKEN\') }}@…".',
    },
  );
}

function readVersions(
  expect: Expect,
  raw: YamlMapping,
  name: string,
): { range: VersionRange; prereleases: boolean } {
  const texts = expect.texts(raw, 'version', `the version of "${name}"`);
  if (texts.length === 0) {
    throw expect.fault(raw, undefined, `the package "${name}" of the hub needs a version`);
  }
  const range = VersionRange.parse(texts);
  if (range === undefined) {
    throw expect.fault(
      raw,
      'version',
      `the version of "${name}" must be like 1.2.3 or [">=1.2.0", "<2.0.0"]`,
    );
  }
  const prereleases = ['install_prerelease', 'install-prerelease'].some(
    (key) => expect.boolean(raw, key, key) === true,
  );
  return { range, prereleases };
}

/** A package in few words, without secrets. */
export function packageShown(spec: PackageSpec): string {
  switch (spec.kind) {
    case 'local':
      return spec.path;
    case 'hub':
      return `${spec.name} ${String(spec.range)}`;
    case 'git':
    case 'tarball':
      return spec.url.replace(/^(\w+:\/\/)[^/@]*@/, '$1');
  }
}
