import { ThauError } from '../../errors/thau-error.js';
import { formatPlace } from '../../errors/format.js';
import { renderEntry } from '../parse/render-entry.js';
import type { Session } from '../parse/session.js';
import { checkKeys } from '../yaml/check-keys.js';
import { Expect } from '../yaml/expect.js';
import type { YamlFile, YamlMapping } from '../yaml/yaml-file.js';
import * as known from './known-keys.js';
import {
  PatchTable,
  type DeclarationKind,
  type Entry,
  type MarkedKey,
  type PatchKind,
  type Properties,
} from './properties.js';

/** A properties file on disk. */
export interface PropertiesSource {
  readonly packageName: string;
  readonly path: string;
  readonly folders: readonly string[];
  /** What errors call it. */
  readonly shown: string;
  /** Reads it, when first asked. */
  readonly yaml: () => YamlFile;
}

/** Sorts the entries of properties files into patches and declarations, and checks their names and keys. */
export function readProperties(sources: readonly PropertiesSource[], session: Session): Properties {
  const properties = {
    patches: {
      models: new PatchTable(),
      seeds: new PatchTable(),
      snapshots: new PatchTable(),
      analyses: new PatchTable(),
      macros: new PatchTable(),
      data_tests: new PatchTable(),
    },
    declarations: {
      sources: [] as Entry[],
      exposures: [] as Entry[],
      groups: [] as Entry[],
      metrics: [] as Entry[],
      semantic_models: [] as Entry[],
      saved_queries: [] as Entry[],
      unit_tests: [] as Entry[],
    },
  };
  for (const source of sources) readSource(source, properties, session);
  return properties;
}

type Collected = {
  readonly patches: Readonly<Record<PatchKind, PatchTable>>;
  readonly declarations: Record<DeclarationKind, Entry[]>;
};

/** An entry as plain data: its section, its place in it, its name, and which marked keys it has. */
type FoundEntry = readonly [section: string, index: number, name: string, has: readonly MarkedKey[]];

const markedKeys: readonly MarkedKey[] = ['relation', 'versions'];

function readSource(source: PropertiesSource, into: Collected, session: Session): void {
  const { problems } = session;
  const rendered = new Map<string, YamlMapping>();
  const found = session.unit(`properties|${source.shown}`, [source.shown], () => {
    const yaml = problems.attempt(() => source.yaml());
    return yaml === undefined ? [] : entriesOf(yaml, source, rendered, session);
  });
  for (const one of found) {
    const [section, , name] = one;
    const { key, noun, patch, declaration } = sections[section] as Section;
    const entry = entryOf(source, one, rendered, session);
    if (declaration !== undefined) into.declarations[declaration].push(entry);
    if (patch === undefined) continue;
    const before = into.patches[patch].add(entry);
    if (before !== undefined) problems.error(duplicate(noun, key, { ...entry, name }, before));
  }
}

/** The entries of a file, with their templates rendered and noted in `rendered`. */
function entriesOf(
  yaml: YamlFile,
  { packageName }: PropertiesSource,
  rendered: Map<string, YamlMapping>,
  session: Session,
): readonly FoundEntry[] {
  const { problems } = session;
  if (yaml.value === null) return [];
  if (!Expect.isMapping(yaml.value)) {
    problems.error(
      new ThauError(
        'PROJECT_YAML_VALUE',
        `${yaml.file} must be a mapping of sections such as models: and sources:`,
        {
          at: { file: yaml.file, line: 1 },
          hint: 'Begin it with "models:" or "sources:".',
        },
      ),
    );
    return [];
  }
  const raw = withoutPrivate(yaml.value);
  checkKeys(
    yaml,
    raw === yaml.value ? yaml.value : raw,
    { owner: yaml.file, allowed: known.sectionKeys, strict: true },
    problems,
  );
  const expect = new Expect(yaml);
  const found: FoundEntry[] = [];
  for (const [section, { noun, allowed }] of sectionsOf(raw)) {
    const entries = problems.attempt(() => expect.mappings(yaml.value, section, section)) ?? [];
    entries.forEach((mapping, index) => {
      problems.attempt(() => {
        const name = expect.text(mapping, 'name', `the name of a ${noun}`);
        checkKeys(yaml, mapping, { owner: `${noun} "${name}"`, allowed }, problems);
        found.push([section, index, name, markedKeys.filter((key) => Object.hasOwn(mapping, key))]);
        rendered.set(`${section}|${index}`, renderEntry(yaml, mapping, packageName, session));
      });
    });
  }
  return found;
}

function entryOf(
  source: PropertiesSource,
  [section, index, name, has]: FoundEntry,
  rendered: ReadonlyMap<string, YamlMapping>,
  session: Session,
): Entry {
  const { packageName, path, folders, shown } = source;
  let raw = rendered.get(`${section}|${index}`);
  return {
    packageName,
    path,
    folders,
    shown,
    name,
    has,
    id: `${shown}|${section}|${index}`,
    get yaml() {
      return source.yaml();
    },
    get raw() {
      return (raw ??= readAgain(source, section, index, session));
    },
  };
}

/** An entry of a file that was not looked at, since it did not change. */
function readAgain(
  { yaml: read, packageName, shown }: PropertiesSource,
  section: string,
  index: number,
  session: Session,
): YamlMapping {
  const yaml = read();
  const list = Expect.isMapping(yaml.value) ? yaml.value[section] : undefined;
  const mapping: unknown = Array.isArray(list) ? list[index] : undefined;
  if (!Expect.isMapping(mapping)) {
    throw new ThauError('PROJECT_FILE', `${shown} changed while the project was read`, {
      at: { file: shown },
      hint: 'Run the command again.',
    });
  }
  return renderEntry(yaml, mapping, packageName, session);
}

interface Section {
  readonly key: string;
  readonly noun: string;
  readonly allowed: ReadonlySet<string>;
  readonly patch?: PatchKind;
  readonly declaration?: DeclarationKind;
}

const sections: Readonly<Record<string, Section>> = {
  models: { key: 'models', noun: 'model', allowed: known.modelKeys, patch: 'models' },
  seeds: { key: 'seeds', noun: 'seed', allowed: known.seedKeys, patch: 'seeds' },
  snapshots: { key: 'snapshots', noun: 'snapshot', allowed: known.snapshotKeys, patch: 'snapshots' },
  analyses: { key: 'analyses', noun: 'analysis', allowed: known.analysisKeys, patch: 'analyses' },
  macros: { key: 'macros', noun: 'macro', allowed: known.macroKeys, patch: 'macros' },
  data_tests: { key: 'data_tests', noun: 'test', allowed: known.singularTestKeys, patch: 'data_tests' },
  tests: { key: 'tests', noun: 'test', allowed: known.singularTestKeys, patch: 'data_tests' },
  sources: { key: 'sources', noun: 'source', allowed: known.sourceKeys, declaration: 'sources' },
  exposures: { key: 'exposures', noun: 'exposure', allowed: known.exposureKeys, declaration: 'exposures' },
  groups: { key: 'groups', noun: 'group', allowed: known.groupKeys, declaration: 'groups' },
  metrics: { key: 'metrics', noun: 'metric', allowed: known.metricKeys, declaration: 'metrics' },
  semantic_models: {
    key: 'semantic_models',
    noun: 'semantic model',
    allowed: known.semanticModelKeys,
    declaration: 'semantic_models',
  },
  saved_queries: {
    key: 'saved_queries',
    noun: 'saved query',
    allowed: known.savedQueryKeys,
    declaration: 'saved_queries',
  },
  unit_tests: {
    key: 'unit_tests',
    noun: 'unit test',
    allowed: known.unitTestKeys,
    declaration: 'unit_tests',
  },
};

function sectionsOf(raw: YamlMapping): [string, Section][] {
  return Object.keys(raw).flatMap((key) => {
    const section = Object.hasOwn(sections, key) ? sections[key] : undefined;
    return section === undefined ? [] : [[key, section] as [string, Section]];
  });
}

/** Keys that begin with `_` or `x-` hold anchors and are the file's own business. */
function withoutPrivate(raw: YamlMapping): YamlMapping {
  const keys = Object.keys(raw);
  if (!keys.some((key) => /^(?:_|x-)/.test(key))) return raw;
  return Object.fromEntries(keys.filter((key) => !/^(?:_|x-)/.test(key)).map((key) => [key, raw[key]]));
}

function duplicate(noun: string, key: string, entry: Entry, before: Entry): ThauError {
  return new ThauError(
    'PROJECT_DUPLICATE_PROPERTIES',
    `the ${noun} "${entry.name}" has properties in two places`,
    {
      at: entry.yaml.at(entry.raw, 'name'),
      notes: [`the other place is ${formatPlace(before.yaml.at(before.raw, 'name'))}`],
      hint: `Join the two entries under ${key}: into one.`,
    },
  );
}
