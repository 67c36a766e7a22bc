import { createHash } from 'node:crypto';
import { didYouMean } from '../../errors/suggest.js';
import { ThauError } from '../../errors/thau-error.js';
import { Capture } from '../context/capture.js';
import type { DeclaredNode, ManifestNode } from '../manifest.js';
import type { Entry } from '../properties/properties.js';
import type { ConfigValues } from '../settings/merge-config.js';
import type { Fixture, GivenInput, UnitTestNode, UnitTestOverrides } from '../unit-tests/unit-test.js';
import { Expect } from '../yaml/expect.js';
import { checkKeys } from '../yaml/check-keys.js';
import type { YamlMapping } from '../yaml/yaml-file.js';
import type { References } from './link.js';
import { readUnitFixture } from './read-unit-fixture.js';
import type { Session } from './session.js';

export interface UnitTestParsing {
  readonly session: Session;
  readonly references: References;
  /** The config of the entry, for the fully qualified name given. */
  configOf(this: void, entry: Entry, fqn: readonly string[]): ConfigValues;
  /** Notes what the texts (`ref('orders')`) name. */
  note(this: void, texts: readonly string[], entry: Entry, capture: Capture): void;
}

const givenKeys = new Set(['input', 'rows', 'format', 'fixture']);
const expectKeys = new Set(['rows', 'format', 'fixture']);

/** One node for each version of the model that the entry tests; none where the model or the test is disabled. */
export function parseUnitTest(entry: Entry, parsing: UnitTestParsing): DeclaredNode[] {
  const { session } = parsing;
  const expect = new Expect(entry.yaml);
  const model = expect.text(entry.raw, 'model', `the model of unit test "${entry.name}"`);
  const tested = testedModels(entry, model, session);
  if (tested.length === 0) return [];
  const given = expect
    .mappings(entry.raw, 'given', `the given of unit test "${entry.name}"`)
    .map((raw) => readGiven(raw, entry, parsing));
  const wanted = readExpected(entry, session);
  const overrides = readOverrides(entry);
  const fqn = [entry.packageName, ...entry.folders, model, entry.name];
  const config = parsing.configOf(entry, fqn);
  if (config['enabled'] === false) return [];
  return tested.map((node): UnitTestNode => {
    checkIncremental(entry, node, given, overrides);
    const version = node.version ?? null;
    const suffix = version === null ? '' : `_v${version}`;
    const written = { model, versions: entry.raw['versions'] ?? null, given, expect: wanted, overrides };
    return {
      unique_id: `unit_test.${entry.packageName}.${model}.${entry.name}${suffix}`,
      resource_type: 'unit_test',
      name: entry.name,
      package_name: entry.packageName,
      path: entry.path,
      original_file_path: entry.path,
      fqn,
      description: expect.optionalText(entry.raw, 'description', `the description of "${entry.name}"`) ?? '',
      ...written,
      given: given.map(({ node: _, ...input }) => input),
      given_nodes: given.map((input) => input.node?.unique_id ?? node.unique_id),
      depends_on: { nodes: [node.unique_id], macros: [] },
      tested_node_unique_id: node.unique_id,
      schema: node.schema,
      version,
      config,
      tags: Array.isArray(config['tags']) ? (config['tags'] as unknown[]) : [],
      meta: config['meta'] ?? {},
      checksum: createHash('sha256').update(JSON.stringify(written)).digest('hex'),
      declared_at: entry.yaml.at(entry.raw, 'name'),
    };
  });
}

/** The model, or the versions of it that `versions:` includes or does not exclude. */
function testedModels(entry: Entry, model: string, session: Session): ManifestNode[] {
  const isTested = (node: ManifestNode): boolean =>
    node.resource_type === 'model' && node.name === model && node.package_name === entry.packageName;
  const found = session.drafts.map(({ node }) => node).filter(isTested);
  const expect = new Expect(entry.yaml);
  if (found.length === 0) {
    if (session.disabled.some(isTested)) return [];
    const names = session.drafts.flatMap(({ node }) => (node.resource_type === 'model' ? [node.name] : []));
    throw new ThauError(
      'PROJECT_UNKNOWN_REF',
      `there is no model "${model}" for the unit test "${entry.name}"`,
      {
        at: entry.yaml.at(entry.raw, 'model'),
        hint: didYouMean(model, names) ?? 'Name a model of the same package.',
      },
    );
  }
  const versions = expect.mapping(entry.raw, 'versions', `the versions of unit test "${entry.name}"`);
  const include = listed(versions, 'include');
  const exclude = listed(versions, 'exclude');
  if (include === undefined && exclude === undefined) return found;
  const versioned = found.filter((node) => node.version !== null && node.version !== undefined);
  const chosen = versioned.filter(({ version }) => {
    const text = String(version);
    return (include === undefined || include.includes(text)) && exclude?.includes(text) !== true;
  });
  if (chosen.length > 0) return chosen;
  throw expect.fault(
    entry.raw,
    'versions',
    versioned.length === 0
      ? `the unit test "${entry.name}" chooses among versions, but "${model}" has none`
      : `the unit test "${entry.name}" chooses no version of "${model}"`,
  );
}

function listed(raw: YamlMapping, key: string): string[] | undefined {
  const value = raw[key];
  if (value === undefined || value === null) return undefined;
  return (Array.isArray(value) ? (value as unknown[]) : [value]).map(String);
}

interface ReadInput extends GivenInput {
  /** Undefined for `this`. */
  readonly node: { readonly unique_id: string } | undefined;
}

function readGiven(
  raw: YamlMapping,
  entry: Entry,
  { session, note, references }: UnitTestParsing,
): ReadInput {
  const expect = new Expect(entry.yaml);
  const owner = `an input of unit test "${entry.name}"`;
  checkKeys(entry.yaml, raw, { owner, allowed: givenKeys }, session.problems);
  const input = expect.text(raw, 'input', owner).trim();
  const settings = session.packages.get(entry.packageName) ?? session.root;
  if (input === 'this') {
    const fixture = readUnitFixture({ entry, raw, owner: `the input "this"`, package: settings });
    return { input, ...fixture, node: undefined };
  }
  const at = entry.yaml.at(raw, 'input');
  const capture = new Capture();
  if (/^(?:ref|source)\s*\(/.test(input)) note([input], entry, capture);
  const [ref] = capture.refs;
  const [source] = capture.sources;
  if (ref === undefined && source === undefined) {
    throw expect.fault(raw, 'input', `${owner} must be ref('…'), source('…', '…') or this`, input);
  }
  const found = ref
    ? references.ref(ref.ref, entry.packageName, at)
    : references.source(source?.source[0] ?? '', source?.source[1] ?? '', entry.packageName, at);
  if (found === 'disabled') {
    throw new ThauError('PROJECT_DISABLED', `the input ${input} of unit test "${entry.name}" is disabled`, {
      at,
      hint: 'Enable it, or leave the input out.',
    });
  }
  const seed = found.resource_type === 'seed' ? found : undefined;
  return {
    input,
    ...readUnitFixture({ entry, raw, owner: `the input ${input}`, package: settings, seed }),
    node: found,
  };
}

function readExpected(entry: Entry, session: Session): Fixture {
  const expect = new Expect(entry.yaml);
  if (!Object.hasOwn(entry.raw, 'expect')) {
    throw expect.fault(entry.raw, undefined, `the unit test "${entry.name}" needs what to "expect"`);
  }
  const raw = expect.mapping(entry.raw, 'expect', `what unit test "${entry.name}" expects`);
  const owner = `expect of unit test "${entry.name}"`;
  checkKeys(entry.yaml, raw, { owner, allowed: expectKeys }, session.problems);
  return readUnitFixture({
    entry,
    raw,
    owner,
    package: session.packages.get(entry.packageName) ?? session.root,
  });
}

function readOverrides(entry: Entry): UnitTestOverrides | null {
  if (!Object.hasOwn(entry.raw, 'overrides')) return null;
  const expect = new Expect(entry.yaml);
  const owner = `the overrides of unit test "${entry.name}"`;
  const raw = expect.mapping(entry.raw, 'overrides', owner);
  const part = (key: keyof UnitTestOverrides): YamlMapping => expect.mapping(raw, key, `${key} of ${owner}`);
  const unknown = Object.keys(raw).find((key) => !['macros', 'vars', 'env_vars'].includes(key));
  if (unknown !== undefined)
    throw expect.fault(raw, unknown, `${owner} may hold macros, vars and env_vars, not "${unknown}"`);
  return { macros: part('macros'), vars: part('vars'), env_vars: part('env_vars') };
}

/** As dbt: a model that asks is_incremental() is told the answer, and its earlier rows if it is yes. */
function checkIncremental(
  entry: Entry,
  model: ManifestNode,
  given: readonly ReadInput[],
  overrides: UnitTestOverrides | null,
): void {
  if (!model.depends_on.macros.includes('macro.dbt.is_incremental')) return;
  const macros = overrides?.macros ?? {};
  const answer = macros['is_incremental'] ?? macros['dbt.is_incremental'];
  const fault = (message: string, hint: string): ThauError =>
    new ThauError('PROJECT_YAML_VALUE', `${message} in unit test "${entry.name}" of "${model.name}"`, {
      at: entry.yaml.at(entry.raw, 'name'),
      hint,
    });
  if (typeof answer !== 'boolean') {
    throw fault(
      'is_incremental has no answer',
      'The model asks is_incremental(): write overrides: {macros: {is_incremental: true}}, or false.',
    );
  }
  if (answer && !given.some(({ input }) => input === 'this')) {
    throw fault(
      'the input "this" is missing',
      'Give the rows that are there already: - {input: this, rows: […]}.',
    );
  }
}
