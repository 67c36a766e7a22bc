import { formatPlace } from '../../errors/format.js';
import { ThauError } from '../../errors/thau-error.js';
import type { SourceNode } from '../manifest.js';
import { readColumns } from '../node/columns.js';
import { relationName } from '../node/relation-names.js';
import { tableKeys } from '../properties/known-keys.js';
import type { Entry } from '../properties/properties.js';
import { folderConfigs } from '../settings/folder-config.js';
import { mergeConfig, type ConfigValues } from '../settings/merge-config.js';
import { checkKeys } from '../yaml/check-keys.js';
import { Expect } from '../yaml/expect.js';
import type { YamlMapping } from '../yaml/yaml-file.js';
import { describeColumns, renderDescription } from './read-docs.js';
import type { Session } from './session.js';

/** A table of a source, with the entry its tests come from. */
export interface ParsedTable {
  readonly node: SourceNode;
  readonly entry: Entry;
  readonly raw: YamlMapping;
}

/** The tables of one source. Several entries may name one source; a table is declared once. */
export function parseSource(entry: Entry, session: Session): ParsedTable[] {
  const expect = new Expect(entry.yaml);
  const tables = expect.mappings(entry.raw, 'tables', `the tables of source "${entry.name}"`);
  return tables.flatMap(
    (raw) => session.problems.attempt(() => [parseTable(entry, raw, expect, session)]) ?? [],
  );
}

function parseTable(entry: Entry, raw: YamlMapping, expect: Expect, session: Session): ParsedTable {
  const { yaml, packageName } = entry;
  const source = entry.raw;
  const name = expect.text(raw, 'name', `the name of a table of source "${entry.name}"`);
  const owner = `table "${entry.name}.${name}"`;
  checkKeys(yaml, raw, { owner, allowed: tableKeys }, session.problems);
  const uniqueId = `source.${packageName}.${entry.name}.${name}`;
  const at = yaml.at(raw, 'name');
  const before = session.taken.get(uniqueId);
  if (before !== undefined) {
    throw new ThauError('PROJECT_DUPLICATE_NODE', `the source ${owner} is declared twice`, {
      at,
      notes: [`the other place is ${formatPlace(before)}`],
      hint: 'Remove one of them.',
    });
  }
  session.taken.set(uniqueId, at);
  const fqn = [packageName, ...entry.folders, entry.name, name];
  const config = configOf(entry, raw, fqn, session);
  const settings = session.packages.get(packageName) ?? session.root;
  const columns = readColumns(yaml, raw, owner, session.problems).columns;
  const text = (from: YamlMapping, key: string): string | undefined =>
    expect.optionalText(from, key, `${key} of ${owner}`);
  const describe = (from: YamlMapping): string =>
    renderDescription(
      text(from, 'description') ?? '',
      () => yaml.at(from, 'description'),
      packageName,
      session,
    );
  const names = {
    database: text(source, 'database') ?? session.environment.target.database,
    schema: text(source, 'schema') ?? entry.name,
    alias: text(raw, 'identifier') ?? name,
  };
  const quoting = { ...mapping(source['quoting']), ...mapping(raw['quoting']) };
  const node: SourceNode = {
    unique_id: uniqueId,
    resource_type: 'source',
    name,
    source_name: entry.name,
    package_name: packageName,
    original_file_path: entry.path,
    path: entry.path,
    fqn,
    database: names.database,
    schema: names.schema,
    identifier: names.alias,
    relation_name: relationName(names, settings.quoting, { quoting }),
    description: describe(raw),
    source_description: describe(source),
    columns: describeColumns(columns, () => yaml.at(raw, 'columns'), packageName, session),
    tags: (config['tags'] as unknown[]).map(String),
    meta: mapping(config['meta']),
    config,
    loaded_at_field: (config['loaded_at_field'] as string | null | undefined) ?? null,
    freshness: freshnessOf(config['freshness']),
    loader: text(raw, 'loader') ?? text(source, 'loader') ?? '',
  };
  return { node, entry, raw };
}

/** `freshness`, `loaded_at_field`, tags and meta: dbt_project.yml, then the source, then the table. */
function configOf(entry: Entry, table: YamlMapping, fqn: readonly string[], session: Session): ConfigValues {
  const settings = session.packages.get(entry.packageName) ?? session.root;
  const levels = [
    ...folderConfigs(settings.configs.sources, fqn),
    ...own(entry.raw),
    ...own(table),
    ...(settings === session.root ? [] : folderConfigs(session.root.configs.sources, fqn)),
  ];
  let config: ConfigValues = {
    enabled: true,
    tags: [],
    meta: {},
    event_time: null,
    freshness: null,
    loaded_at_field: null,
  };
  for (const level of levels) {
    const freshness = level['freshness'];
    const before = config['freshness'];
    config = mergeConfig(config, level);
    // a table may change the warning and keep the source's error; null switches it off
    if (Expect.isMapping(freshness) && Expect.isMapping(before))
      config = { ...config, freshness: { ...before, ...freshness } };
  }
  if (typeof config['enabled'] !== 'boolean') {
    throw new ThauError(
      'PROJECT_CONFIG',
      `the config "enabled" of source "${entry.name}" must be true or false`,
      {
        at: entry.yaml.at(table, 'name'),
        hint: 'Correct it where it is set.',
      },
    );
  }
  return { ...config, tags: [...new Set(config['tags'] as unknown[])] };
}

const topLevel = ['tags', 'meta', 'freshness', 'loaded_at_field', 'loaded_at_query'];

function own(raw: YamlMapping): YamlMapping[] {
  const direct = Object.fromEntries(
    topLevel.filter((key) => Object.hasOwn(raw, key)).map((key) => [key, raw[key]]),
  );
  return [direct, mapping(raw['config'])];
}

function freshnessOf(value: unknown): YamlMapping | null {
  return Expect.isMapping(value) ? value : null;
}

function mapping(value: unknown): YamlMapping {
  return Expect.isMapping(value) ? value : {};
}
