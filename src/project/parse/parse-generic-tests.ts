import { didYouMean } from '../../errors/suggest.js';
import { ThauError, type Place } from '../../errors/thau-error.js';
import { parseTemplate } from '../../jinja/parse/parse-template.js';
import { callSync, evaluateSync } from '../../jinja/render.js';
import { str } from '../../jinja/values/repr.js';
import type { Capture } from '../context/capture.js';
import { standardPackage, type MacroEntry } from '../context/macro-table.js';
import type { NodeGlobals } from '../context/node-globals.js';
import { argumentTemplates, argumentValues } from '../context/test-arguments.js';
import { genericTestHash, genericTestName } from '../node/generic-test-name.js';
import { pythonStr } from '../node/generic-test-name.js';
import type { Entry } from '../properties/properties.js';
import { asList } from '../settings/merge-config.js';
import { Expect } from '../yaml/expect.js';
import type { YamlMapping } from '../yaml/yaml-file.js';
import { readGenericTest, type GenericTest } from './generic-test.js';
import { parseNode } from './parse-node.js';
import { renderYaml } from './render-yaml.js';
import type { Session } from './session.js';

/** What tests stand under: a model (or one version of it), seed, snapshot or source table. */
export interface TestTarget {
  readonly entry: Entry;
  /** The mapping with `data_tests:` and `columns:`. */
  readonly raw: YamlMapping;
  /** What a test's name begins with after its kind: `customers`, `source_crm_customers` for sources. */
  readonly label: string;
  readonly isSource: boolean;
  /** How a template names it: `ref('customers')`. */
  readonly reference: string;
  readonly note: (capture: Capture, at: Place) => void;
  readonly uniqueId: string;
  readonly fileKey: string;
}

/** The generic tests of a target and of its columns. */
export function parseGenericTests(target: TestTarget, session: Session): void {
  const { raw } = target;
  parseList(target, raw, null, session);
  const columns = Array.isArray(raw['columns']) ? (raw['columns'] as unknown[]) : [];
  for (const column of columns) {
    if (Expect.isMapping(column) && typeof column['name'] === 'string')
      parseList(target, column, column['name'], session);
  }
}

function parseList(target: TestTarget, owner: YamlMapping, column: string | null, session: Session): void {
  const { yaml, name } = target.entry;
  const expect = new Expect(yaml);
  const shown = column === null ? `"${name}"` : `column "${column}" of "${name}"`;
  for (const key of ['data_tests', 'tests']) {
    const list = session.problems.attempt(() => expect.list(owner, key, `the ${key} of ${shown}`)) ?? [];
    list.forEach((item, index) => {
      session.problems.attempt(() => {
        const test = readGenericTest(item, list, index, yaml, shown);
        parseTest(target, test, owner, column, yaml.at(list, index), session);
      });
    });
  }
}

function parseTest(
  target: TestTarget,
  test: GenericTest,
  owner: YamlMapping,
  column: string | null,
  at: Place,
  session: Session,
): void {
  const { entry } = target;
  const settings = session.packages.get(entry.packageName) ?? session.root;
  const macro = findTest(test, entry.packageName, session, at);
  const columnName =
    column === null ? undefined : owner['quote'] === true ? `"${column.replaceAll('"', '""')}"` : column;
  const kwargs = {
    ...(columnName === undefined ? {} : { column_name: columnName }),
    ...test.args,
    model: `{{ get_where_subquery(${target.reference}) }}`,
  };
  const metadata = { namespace: test.namespace, name: test.name, kwargs };
  const kind = [test.namespace, target.isSource ? 'source' : null, test.name]
    .filter((part) => part !== null)
    .join('_');
  const names =
    test.customName === null
      ? genericTestName(kind, target.label, kwargs)
      : { full: test.customName, short: test.customName };
  const call = `${test.namespace === null ? '' : `${test.namespace}.`}test_${test.name}`;
  // a test's own config may ask for the target, `var()` and `env_var()`, and keeps the kind of the answer
  const globals = session.yamlGlobals(entry.packageName);
  const given = renderYaml(entry.yaml, test.config, globals) as YamlMapping;
  const alias = names.short === names.full || Object.hasOwn(given, 'alias') ? {} : { alias: names.short };
  const config = { ...given, ...alias };
  const tags = column === null ? [] : columnTags(owner);
  parseNode(
    {
      type: 'test',
      package: settings,
      name: names.full,
      uniqueId: `test.${settings.name}.${names.full}.${genericTestHash(names.full, metadata)}`,
      // dbt leaves out the first folder only, whatever the project's paths are
      fqn: [settings.name, ...entry.path.split('/').slice(1, -1), names.full],
      path: `${names.short}.sql`,
      originalFilePath: entry.path,
      rawCode: `{{ ${call}(**_dbt_generic_test_kwargs) }}${configCall(config)}`,
      template: null,
      at,
      propertyConfigs: tags.length === 0 ? [] : [{ tags }],
      lastConfigs: Object.keys(config).length === 0 ? [] : [config],
      columns: {},
      description: test.description,
      run: (capture, globals) => {
        runForParsing({ macro, kwargs, target, capture, globals, at }, session);
      },
      extra: {
        checksum: { name: 'none', checksum: '' },
        test_metadata: metadata,
        column_name: column,
        attached_node: target.isSource ? null : target.uniqueId,
        file_key_name: target.fileKey,
        depends_on: { nodes: [], macros: [macro.node.unique_id] },
      },
    },
    session,
  );
}

interface TestRun {
  readonly macro: MacroEntry;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly target: TestTarget;
  readonly capture: Capture;
  readonly globals: () => NodeGlobals;
  readonly at: Place;
}

/** Finds out what a test refers to and configures, by running it as any template is run for parsing. */
function runForParsing({ macro, kwargs, target, capture, globals, at }: TestRun, session: Session): void {
  const { model, ...others } = kwargs;
  const render = { file: at.file, firstLine: at.line ?? 1 };
  const rendered = new Map(
    argumentTemplates(others).map(
      (text) =>
        [text, evaluateSync(parseTemplate(text, render), globals(), { undefined: 'silent' })] as const,
    ),
  );
  // behind the arguments, as dbt orders them
  target.note(capture, at);
  if (saysNothing(macro, session)) return;
  const values = argumentValues(others, rendered);
  values.set('model', globals().get('this') ?? str(model as string));
  const named = new Map([...values].map(([key, value]) => [str(key), value] as const));
  callSync(
    globals().bind(macro),
    { kwargs: named, globals: globals(), file: at.file },
    { undefined: 'silent' },
  );
}

const standardTests = ['test_unique', 'test_not_null', 'test_accepted_values', 'test_relationships'];

/** The standard tests refer to nothing but their arguments: thousands of them need not run to know it. */
function saysNothing({ node }: MacroEntry, { macros, root }: Session): boolean {
  if (node.package_name !== standardPackage || !standardTests.includes(node.name)) return false;
  return macros.dispatch(node.name, 'dbt', root.name).found?.node.package_name === standardPackage;
}

function findTest(test: GenericTest, packageName: string, session: Session, at: Place): MacroEntry {
  const { macros } = session;
  const name = `test_${test.name}`;
  const found =
    test.namespace === null
      ? macros.namesSeenBy(packageName).get(name)
      : macros.inPackage(test.namespace, name);
  if (found !== undefined) return found;
  if (test.namespace !== null && !macros.hasPackage(test.namespace)) {
    throw new ThauError(
      'PROJECT_UNKNOWN_MACRO',
      `there is no package "${test.namespace}" for the test "${test.namespace}.${test.name}"`,
      {
        at,
        hint:
          didYouMean(test.namespace, macros.packageNames()) ?? 'Add it to packages.yml and run thau deps.',
      },
    );
  }
  const known =
    test.namespace === null ? macros.namesSeenBy(packageName).keys() : macros.namesIn(test.namespace);
  const tests = [...known].filter((one) => one.startsWith('test_')).map((one) => one.slice('test_'.length));
  throw new ThauError('PROJECT_UNKNOWN_MACRO', `there is no generic test "${test.name}"`, {
    at,
    hint:
      didYouMean(test.name, tests) ??
      `Write it as {% test ${test.name}(model) %} in a file of macros, or install its package.`,
  });
}

function columnTags(column: YamlMapping): unknown[] {
  const config = column['config'];
  return [...asList(column['tags']), ...(Expect.isMapping(config) ? asList(config['tags']) : [])];
}

/** The test's config as dbt writes it behind the call. */
function configCall(config: YamlMapping): string {
  const entries = Object.entries(config);
  if (entries.length === 0) return '';
  const args = entries.map(
    ([key, value]) => `${key}=${typeof value === 'string' ? JSON.stringify(value) : pythonStr(value)}`,
  );
  return `{{ config(${args.join(',')}) }}`;
}
