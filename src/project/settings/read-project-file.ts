import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';
import type { Problems } from '../problems.js';
import { checkKeys } from '../yaml/check-keys.js';
import { Expect } from '../yaml/expect.js';
import { YamlFile, type YamlMapping } from '../yaml/yaml-file.js';
import type { ConfigSection, PathKind, ProjectSettings } from './project-settings.js';

export interface PackagePlace {
  /** Absolute path of the folder with dbt_project.yml. */
  readonly root: string;
  /** What errors put before its paths, '' for the root project. */
  readonly prefix: string;
}

/** Reads one dbt_project.yml. Throws when nothing can be made of it; lesser faults go to `problems`. */
export function readProjectFile(place: PackagePlace, problems: Problems): ProjectSettings {
  const shown = `${place.prefix}dbt_project.yml`;
  const path = join(place.root, 'dbt_project.yml');
  if (!existsSync(path)) {
    throw new ThauError('PROJECT_NOT_FOUND', `there is no dbt_project.yml in ${place.root}`, {
      hint: "Run thau in the project's folder, or name it with --project-dir.",
    });
  }
  const yaml = new YamlFile(shown, readFileSync(path, 'utf8'));
  if (!Expect.isMapping(yaml.value)) {
    throw new ThauError('PROJECT_YAML_VALUE', `${shown} must be a mapping of settings`, {
      at: { file: shown, line: 1 },
      hint: 'Begin it with "name: <project>".',
    });
  }
  return readSettings(yaml, yaml.value, place, problems);
}

function readSettings(
  yaml: YamlFile,
  raw: YamlMapping,
  place: PackagePlace,
  problems: Problems,
): ProjectSettings {
  const isRoot = place.prefix === '';
  const expect = new Expect(yaml);
  const read = <T>(fallback: T, work: () => T): T => problems.attempt(work) ?? fallback;
  if (isRoot) checkKeys(yaml, raw, { owner: 'dbt_project.yml', allowed: keys, strict: true }, problems);
  const name = expect.text(raw, 'name', "the project's name");
  if (!/^[^\d\W]\w*$/u.test(name)) {
    throw expect.fault(raw, 'name', "the project's name must be letters, digits and underscores", name);
  }
  const folder = (key: string, fallback: string): string =>
    read(fallback, () => expect.optionalText(raw, key, key) ?? fallback);
  const packagesInstallPath = folder('packages-install-path', 'dbt_packages');
  const paths = Object.fromEntries(
    (Object.keys(defaultPaths) as PathKind[])
      .filter((kind) => kind !== 'docs')
      .map((kind) => [kind, read([...defaultPaths[kind]], () => readPaths(expect, raw, kind, isRoot))]),
  ) as Record<PathKind, string[]>;
  paths.docs = Object.hasOwn(raw, 'docs-paths')
    ? read([], () => readPaths(expect, raw, 'docs', isRoot))
    : [
        ...new Set([
          ...paths.model,
          ...paths.seed,
          ...paths.snapshot,
          ...paths.analysis,
          ...paths.macro,
          ...paths.test,
        ]),
      ];
  const targetPath = folder('target-path', 'target');
  return {
    name,
    requireDbtVersion: read([], () => expect.texts(raw, 'require-dbt-version', 'require-dbt-version')),
    version: read(null, () => expect.optionalText(raw, 'version', 'version') ?? null),
    root: place.root,
    prefix: place.prefix,
    isRoot,
    file: yaml,
    profile: read(null, () => expect.optionalText(raw, 'profile', 'profile') ?? null),
    paths,
    packagesInstallPath,
    targetPath,
    logPath: folder('log-path', 'logs'),
    cleanTargets: Object.hasOwn(raw, 'clean-targets')
      ? read([], () => expect.texts(raw, 'clean-targets', 'clean-targets'))
      : [targetPath],
    vars: read({}, () => expect.mapping(raw, 'vars', 'vars')),
    configs: readConfigs(expect, raw, problems),
    onRunStart: read([], () => expect.texts(raw, 'on-run-start', 'on-run-start')),
    onRunEnd: read([], () => expect.texts(raw, 'on-run-end', 'on-run-end')),
    dispatch: read([], () => readDispatch(expect, raw)),
    quoting: read(allQuoted, () => readQuoting(expect, raw)),
    queryComment: raw['query-comment'],
    flags: read({}, () => expect.mapping(raw, 'flags', 'flags')),
    restrictAccess: read(false, () => expect.boolean(raw, 'restrict-access', 'restrict-access') ?? false),
  };
}

const allQuoted = { database: true, schema: true, identifier: true };

const defaultPaths: Record<PathKind, readonly string[]> = {
  model: ['models'],
  seed: ['seeds'],
  test: ['tests'],
  analysis: ['analyses'],
  macro: ['macros'],
  snapshot: ['snapshots'],
  docs: [],
  asset: [],
  function: ['functions'],
};

const sections: readonly ConfigSection[] = [
  'models',
  'seeds',
  'snapshots',
  'data_tests',
  'unit_tests',
  'sources',
  'exposures',
  'metrics',
  'semantic-models',
  'saved-queries',
  'analyses',
  'functions',
];

const keys = new Set<string>([
  'name',
  'version',
  'config-version',
  'profile',
  'require-dbt-version',
  ...Object.keys(defaultPaths).map((kind) => `${kind}-paths`),
  'source-paths',
  'data-paths',
  'modules-path',
  'packages-install-path',
  'target-path',
  'log-path',
  'clean-targets',
  'query-comment',
  'on-run-start',
  'on-run-end',
  'dispatch',
  'flags',
  'quoting',
  'vars',
  ...sections,
  'tests',
  'restrict-access',
  'dbt-cloud',
  'sync',
  'anchors',
]);

/** What dbt before 1.0 called two of the paths, which it still reads. */
const olderPaths: Readonly<Partial<Record<PathKind, string>>> = { model: 'source-paths', seed: 'data-paths' };

function readPaths(expect: Expect, raw: YamlMapping, kind: PathKind, isRoot: boolean): string[] {
  const older = olderPaths[kind];
  const own = `${kind}-paths`;
  const key = older !== undefined && !Object.hasOwn(raw, own) && Object.hasOwn(raw, older) ? older : own;
  if (!Object.hasOwn(raw, key)) return [...defaultPaths[kind]];
  return expect.texts(raw, key, key).map((written) => {
    const path = normalize(written).replaceAll('\\', '/').replace(/\/+$/, '');
    // a package may read its own folder only
    if (!isRoot && (isAbsolute(path) || path === '..' || path.startsWith('../'))) {
      throw new ThauError('PROJECT_PATH_OUTSIDE', `${key} of a package leads outside it: ${written}`, {
        at: expect.yaml.at(raw, key),
        hint: 'A package may only name folders of its own.',
      });
    }
    return path;
  });
}

function readConfigs(
  expect: Expect,
  raw: YamlMapping,
  problems: Problems,
): Record<ConfigSection, YamlMapping> {
  const section = (key: string): YamlMapping =>
    problems.attempt(() => expect.mapping(raw, key, `"${key}"`)) ?? {};
  const configs = Object.fromEntries(sections.map((key) => [key, section(key)])) as Record<
    ConfigSection,
    YamlMapping
  >;
  // `tests` is the earlier name of `data_tests`
  return { ...configs, data_tests: { ...section('tests'), ...configs.data_tests } };
}

function readDispatch(
  expect: Expect,
  raw: YamlMapping,
): { macro_namespace: string; search_order: string[] }[] {
  return expect.mappings(raw, 'dispatch', 'dispatch').map((rule) => ({
    macro_namespace: expect.text(rule, 'macro_namespace', 'macro_namespace'),
    search_order: expect.texts(rule, 'search_order', 'search_order'),
  }));
}

function readQuoting(expect: Expect, raw: YamlMapping): typeof allQuoted {
  const quoting = expect.mapping(raw, 'quoting', 'quoting');
  return {
    database: expect.boolean(quoting, 'database', 'quoting.database') ?? true,
    schema: expect.boolean(quoting, 'schema', 'quoting.schema') ?? true,
    identifier: expect.boolean(quoting, 'identifier', 'quoting.identifier') ?? true,
  };
}
