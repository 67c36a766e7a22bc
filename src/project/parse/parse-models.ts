import type { Place } from '../../errors/thau-error.js';
import { parseTemplate } from '../../jinja/parse/parse-template.js';
import type { ColumnInfo, ManifestNode } from '../manifest.js';
import { readColumns } from '../node/columns.js';
import type { Entry } from '../properties/properties.js';
import { Expect } from '../yaml/expect.js';
import type { YamlMapping } from '../yaml/yaml-file.js';
import type { ModelVersion } from './model-versions.js';
import { configsOf, parseNode, topLevelConfig } from './parse-node.js';
import { readText, trimmed, type SourceFile } from './project-files.js';
import { describeColumns, renderDescription } from './read-docs.js';
import { pythonTemplate } from './python-model.js';
import type { Draft, Session } from './session.js';

/** Parses a model's file with its properties. */
export function parseModel(
  file: SourceFile,
  session: Session,
  version: ModelVersion | undefined,
): Draft | undefined {
  const isPython = file.path.endsWith('.py');
  const { text, firstLine } = trimmed(readText(file, session.files));
  const name = version?.name ?? file.stem;
  const suffix = version === undefined ? [] : [`v${version.version}`];
  const uniqueId = ['model', file.package.name, name, ...suffix].join('.');
  const at: Place = { file: file.shown, line: firstLine };
  const patch = session.properties.patches.models.take(file.package.name, name);
  const described = patch === undefined ? nothingSaid : describe(patch, version?.raw, session);
  return parseNode(
    {
      type: 'model',
      claims: 'model',
      package: file.package,
      name,
      uniqueId,
      fqn: [file.package.name, ...file.folders, name, ...suffix],
      path: file.inner,
      originalFilePath: file.path,
      rawCode: text,
      ...(isPython && { language: 'python' as const }),
      template: parseTemplate(isPython ? pythonTemplate(text) : text, { file: file.shown, firstLine }),
      at,
      patch,
      propertyConfigs: [...configsOf(patch), ...(version === undefined ? [] : versionConfigs(version.raw))],
      ...described,
      extra: extraOf(patch, version),
    },
    session,
  );
}

const nothingSaid = { description: '', columns: {} };

function versionConfigs(raw: YamlMapping): YamlMapping[] {
  const config = raw['config'];
  return [topLevelConfig(raw), ...(Expect.isMapping(config) ? [config] : [])];
}

/** What its properties tell of a node that is not config. */
function extraOf(patch: Entry | undefined, version: ModelVersion | undefined): Partial<ManifestNode> {
  const raw = { ...patch?.raw, ...version?.raw };
  const constraints = raw['constraints'];
  return {
    constraints: Array.isArray(constraints) ? (constraints as YamlMapping[]) : [],
    deprecation_date: null,
    primary_key: [],
    time_spine: timeSpineOf(raw),
    ...dateOf(patch, raw),
    ...(version === undefined
      ? { version: null, latest_version: null }
      : { version: version.version, latest_version: version.latest }),
  };
}

/** `time_spine:` as macros that walk the `graph` find it: null where a model is none. */
function timeSpineOf(raw: YamlMapping): NonNullable<ManifestNode['time_spine']> | null {
  const spine = raw['time_spine'];
  return Expect.isMapping(spine) ? { custom_granularities: [], ...spine } : null;
}

/** `deprecation_date`, which must be a date. */
function dateOf(patch: Entry | undefined, raw: YamlMapping): Partial<ManifestNode> {
  const date = raw['deprecation_date'];
  if (patch === undefined || date === undefined || date === null) return {};
  if (typeof date === 'string' && !Number.isNaN(Date.parse(date))) {
    // a moment, as macros that walk the graph find it
    return { deprecation_date: date.length === 10 ? `${date}T00:00:00+00:00` : date };
  }
  throw new Expect(patch.yaml).fault(
    patch.raw,
    'deprecation_date',
    `the deprecation_date of model "${patch.name}" must be a date such as 2026-12-31`,
    date,
  );
}

/** Description and columns of an entry; a version may say its own and choose among the model's columns. */
export function describe(
  entry: Entry,
  version: YamlMapping | undefined,
  session: Session,
): { readonly description: string; readonly columns: Record<string, ColumnInfo> } {
  const expect = new Expect(entry.yaml);
  const { packageName, yaml, name } = entry;
  const owner = version !== undefined && Object.hasOwn(version, 'description') ? version : entry.raw;
  const written = expect.optionalText(owner, 'description', `the description of "${name}"`) ?? '';
  const at = (): Place => yaml.at(owner, 'description');
  const base = readColumns(yaml, entry.raw, `"${name}"`, session.problems).columns;
  const columns = version === undefined ? base : versionColumns(entry, version, base, session);
  return {
    description: renderDescription(written, at, packageName, session),
    columns: describeColumns(columns, () => yaml.at(entry.raw, 'columns'), packageName, session),
  };
}

function versionColumns(
  entry: Entry,
  version: YamlMapping,
  base: Record<string, ColumnInfo>,
  session: Session,
): Record<string, ColumnInfo> {
  const list = version['columns'];
  if (!Array.isArray(list)) return base;
  const rule = (list as unknown[]).find(
    (one): one is YamlMapping => Expect.isMapping(one) && Object.hasOwn(one, 'include'),
  );
  const own = readColumns(entry.yaml, version, `"${entry.name}"`, session.problems).columns;
  if (rule === undefined) return { ...base, ...own };
  const names = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
  const all = rule['include'] === 'all' || rule['include'] === '*';
  const included = all ? Object.keys(base) : names(rule['include']);
  const excluded = new Set(names(rule['exclude']));
  const kept = Object.fromEntries(
    included
      .filter((name) => !excluded.has(name) && base[name] !== undefined)
      .map((name) => [name, base[name] as ColumnInfo]),
  );
  return { ...kept, ...own };
}
