import { ThauError, type Place } from '../../errors/thau-error.js';
import { parseTemplate } from '../../jinja/parse/parse-template.js';
import { renderSync } from '../../jinja/render.js';
import { Capture } from '../context/capture.js';
import { parseGlobals } from '../context/parse-names.js';
import { RelationValue } from '../context/relation-value.js';
import type { DeclaredNode } from '../manifest.js';
import type { Entry } from '../properties/properties.js';
import { folderConfigs } from '../settings/folder-config.js';
import { mergeConfig, type ConfigValues } from '../settings/merge-config.js';
import type { ConfigSection } from '../settings/project-settings.js';
import { Expect } from '../yaml/expect.js';
import type { YamlMapping } from '../yaml/yaml-file.js';
import { renderDescription } from './read-docs.js';
import { References } from './link.js';
import { parseUnitTest } from './parse-unit-tests.js';
import type { Session } from './session.js';

type DeclaredType = 'exposure' | 'group' | 'metric' | 'semantic_model' | 'saved_query' | 'unit_test';

const sectionOf: Readonly<Partial<Record<DeclaredType, ConfigSection>>> = {
  exposure: 'exposures',
  metric: 'metrics',
  semantic_model: 'semantic-models',
  saved_query: 'saved-queries',
  unit_test: 'unit_tests',
};

/** Exposures, groups, metrics, semantic models, saved queries and unit tests, each a node as its YAML says it. */
export function parseDeclarations(session: Session): void {
  const { declarations } = session.properties;
  const each = (entries: readonly Entry[], type: DeclaredType, read: Reader): void => {
    for (const entry of entries) {
      session.unit(`${type}|${entry.id}`, [entry.shown], () => {
        session.problems.attempt(() => declare(entry, type, read(entry), session));
      });
    }
  };
  each(declarations.groups, 'group', readGroup);
  each(declarations.exposures, 'exposure', readExposure);
  each(declarations.semantic_models, 'semantic_model', readSemanticModel);
  each(declarations.metrics, 'metric', readMetric);
  each(declarations.saved_queries, 'saved_query', readSavedQuery);
  if (declarations.unit_tests.length === 0) return;
  const references = new References(session);
  for (const entry of declarations.unit_tests) {
    session.problems.attempt(() => declareUnitTests(entry, references));
  }
}

/** Read anew each time: what they say depends on their models, and on files of fixtures. */
function declareUnitTests(entry: Entry, references: References): void {
  const { session } = references;
  const settings = session.packages.get(entry.packageName) ?? session.root;
  const owners = settings === session.root ? [settings] : [settings, session.root];
  const nodes = parseUnitTest(entry, {
    session,
    references,
    configOf: (one, fqn) => configOf(one.raw, 'unit_test', fqn, owners),
    note: (texts, one, capture) => runReferences(texts, one, capture, session),
  });
  const at = entry.yaml.at(entry.raw, 'name');
  for (const node of nodes) {
    refuseSecond(node.unique_id, at, session.taken, 'unit test', entry.name);
    session.declared.push({ node, capture: new Capture(), package: settings });
  }
}

/** What one kind of declaration needs beyond its YAML. */
interface Declared {
  readonly middle?: readonly string[];
  /** Texts with ref() and source() inside: what it depends on. */
  readonly references: readonly string[];
  readonly metrics?: readonly string[];
  readonly extra?: Readonly<Record<string, unknown>>;
}

type Reader = (entry: Entry) => Declared;

function declare(entry: Entry, type: DeclaredType, declared: Declared, session: Session): void {
  const { name, packageName, yaml, raw } = entry;
  const settings = session.packages.get(packageName) ?? session.root;
  const middle = declared.middle ?? [];
  const uniqueId = [type, packageName, ...middle, name].join('.');
  const at = yaml.at(raw, 'name');
  refuseSecond(uniqueId, at, session.taken, type.replace('_', ' '), name);
  const fqn = [packageName, ...entry.folders, ...middle, name];
  const config = configOf(raw, type, fqn, settings === session.root ? [settings] : [settings, session.root]);
  const capture = new Capture();
  capture.metrics.push(...(declared.metrics ?? []).map((metric) => [metric]));
  runReferences(declared.references, entry, capture, session);
  const expect = new Expect(yaml);
  const description = expect.optionalText(raw, 'description', `the description of "${name}"`) ?? '';
  const { config: _, ...rest } = raw;
  const node: DeclaredNode = {
    ...rest,
    ...declared.extra,
    unique_id: uniqueId,
    resource_type: type,
    name,
    package_name: packageName,
    path: inner(entry.path, settings.paths),
    original_file_path: entry.path,
    fqn,
    description: renderDescription(description, () => yaml.at(raw, 'description'), packageName, session),
    depends_on: { nodes: [], macros: [] },
    refs: capture.refs.map(({ ref }) => ref),
    sources: capture.sources.map(({ source }) => source),
    metrics: capture.metrics,
    config,
    tags: Array.isArray(config['tags']) ? (config['tags'] as unknown[]) : [],
    meta: config['meta'] ?? {},
    declared_at: at,
  };
  if (config['enabled'] === false) return;
  session.declared.push({ node, capture, package: settings });
}

function refuseSecond(id: string, at: Place, taken: Session['taken'], noun: string, name: string): void {
  const before = taken.get(id);
  if (before !== undefined) {
    throw new ThauError('PROJECT_DUPLICATE_NODE', `two entries declare the ${noun} "${name}"`, {
      at,
      notes: [`the other is at ${before.file}:${before.line ?? 1}`],
      hint: 'Rename one of them.',
    });
  }
  taken.set(id, at);
}

/** A path as dbt gives it beside the whole one: without the folder of models it lies in. */
function inner(path: string, paths: Readonly<Record<string, readonly string[]>>): string {
  const folder = Object.values(paths)
    .flat()
    .find((one) => path.startsWith(`${one}/`));
  return folder === undefined ? path : path.slice(folder.length + 1);
}

function configOf(
  raw: YamlMapping,
  type: DeclaredType,
  fqn: readonly string[],
  owners: readonly { readonly configs: Readonly<Record<ConfigSection, YamlMapping>> }[],
): ConfigValues {
  const section = sectionOf[type];
  const [own, root] = owners;
  const folders = (owner: typeof own): YamlMapping[] =>
    section === undefined || owner === undefined ? [] : folderConfigs(owner.configs[section], fqn);
  const direct = Object.fromEntries(
    ['tags', 'meta', 'enabled', 'group']
      .filter((key) => Object.hasOwn(raw, key))
      .map((key) => [key, raw[key]]),
  );
  const written = Expect.isMapping(raw['config']) ? raw['config'] : {};
  return [...folders(own), direct, written, ...folders(root)].reduce<ConfigValues>(mergeConfig, {
    enabled: true,
    tags: [],
    meta: {},
  });
}

/** Renders texts such as `ref('customers')`, so that what they name is noted. */
function runReferences(texts: readonly string[], entry: Entry, capture: Capture, session: Session): void {
  const { target } = session.environment;
  const relation = new RelationValue({
    path: { database: target.database, schema: target.schema, identifier: entry.name },
  });
  const globals = parseGlobals(session.macros, session.shared(entry.packageName), {
    packageName: entry.packageName,
    node: { name: entry.name },
    relation,
    capture,
  });
  const { line } = entry.yaml.at(entry.raw, 'name');
  for (const text of texts) {
    const template = parseTemplate(`{{ ${text} }}`, { file: entry.yaml.file, firstLine: line ?? 1 });
    renderSync(template, globals, { undefined: 'silent' });
  }
}

const readGroup: Reader = (entry) => {
  const expect = new Expect(entry.yaml);
  const owner = expect.mapping(entry.raw, 'owner', `the owner of group "${entry.name}"`);
  if (!Object.hasOwn(owner, 'name') && !Object.hasOwn(owner, 'email')) {
    throw expect.fault(
      entry.raw,
      'owner',
      `the group "${entry.name}" needs an owner with a name or an email`,
    );
  }
  return { references: [] };
};

const readExposure: Reader = (entry) => {
  const expect = new Expect(entry.yaml);
  const type = expect.text(entry.raw, 'type', `the type of exposure "${entry.name}"`);
  if (!['dashboard', 'notebook', 'analysis', 'ml', 'application'].includes(type)) {
    throw expect.fault(
      entry.raw,
      'type',
      `the type of exposure "${entry.name}" must be dashboard, notebook, analysis, ml or application`,
      type,
    );
  }
  return { references: expect.texts(entry.raw, 'depends_on', `depends_on of exposure "${entry.name}"`) };
};

const readSemanticModel: Reader = (entry) => {
  const expect = new Expect(entry.yaml);
  return { references: [expect.text(entry.raw, 'model', `the model of semantic model "${entry.name}"`)] };
};

const readMetric: Reader = (entry) => ({ references: [], metrics: inputMetrics(entry.raw) });

/** The metrics another is made of, in dbt's older and newest YAML. */
export function inputMetrics(raw: YamlMapping): string[] {
  const params = Expect.isMapping(raw['type_params']) ? raw['type_params'] : {};
  const given = [raw, params].flatMap((place) => [
    ...listOf(place['input_metrics']),
    ...listOf(place['metrics']),
    ...['numerator', 'denominator', 'base_metric', 'conversion_metric', 'input_metric'].map(
      (key) => place[key],
    ),
  ]);
  return given.flatMap((one) =>
    typeof one === 'string'
      ? [one]
      : Expect.isMapping(one) && typeof one['name'] === 'string'
        ? [one['name']]
        : [],
  );
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

const readSavedQuery: Reader = (entry) => {
  const params = Expect.isMapping(entry.raw['query_params']) ? entry.raw['query_params'] : {};
  return { references: [], metrics: listOf(params['metrics']).filter((one) => typeof one === 'string') };
};
