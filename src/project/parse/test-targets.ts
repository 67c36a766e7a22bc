import type { ManifestNode } from '../manifest.js';
import type { Entry } from '../properties/properties.js';
import type { YamlMapping } from '../yaml/yaml-file.js';
import type { TestTarget } from './parse-generic-tests.js';
import type { ParsedTable } from './parse-sources.js';
import type { Session } from './session.js';

/** A source table, as its tests see it. */
export function sourceTarget({ node, entry, raw }: ParsedTable): TestTarget {
  return {
    entry: { ...entry, name: `${node.source_name}.${node.name}` },
    raw,
    label: `${node.source_name}_${node.name}`,
    isSource: true,
    reference: `source('${node.source_name}', '${node.name}')`,
    note: (capture, at) => capture.sources.push({ source: [node.source_name, node.name], at }),
    uniqueId: node.unique_id,
    fileKey: `sources.${node.source_name}`,
  };
}

export interface EntryTarget {
  /** Tells the target from every other. */
  readonly id: string;
  /** Made when it is needed: it looks into the entry. */
  readonly target: () => TestTarget;
  readonly entry: Entry;
  /** The model itself, for its metrics; the latest version of one with versions. */
  readonly model?: ManifestNode;
}

const kinds = [
  ['models', 'model'],
  ['seeds', 'seed'],
  ['snapshots', 'snapshot'],
] as const;

/** The models, seeds and snapshots with properties, each version of a model by itself. */
export function targetsOf(session: Session): EntryTarget[] {
  const nodes = nodesByName(session);
  return kinds.flatMap(([section, type]) =>
    session.properties.patches[section].entries().flatMap((entry) => {
      const all = described(nodes.get(entry.name) ?? [], entry, type);
      // of several files for one node all but one are disabled
      const enabled = new Set(all.filter((node) => node.config.enabled).map((node) => node.unique_id));
      const found = all.filter((node) => node.config.enabled || !enabled.has(node.unique_id));
      return found.map((node): EntryTarget => {
        const isLatest = String(node.version ?? '') === String(node.latest_version ?? '');
        return {
          id: `${entry.id}|${node.unique_id}|${String(isLatest)}|${String(node.config.enabled)}`,
          target: () => nodeTarget(entry, node, section),
          entry,
          ...(type === 'model' && isLatest && node.config.enabled ? { model: node } : {}),
        };
      });
    }),
  );
}

/** What `ref()` could name, the disabled ones too. */
function nodesByName({ drafts, disabled }: Session): ReadonlyMap<string, ManifestNode[]> {
  const nodes = new Map<string, ManifestNode[]>();
  const types: readonly string[] = kinds.map(([, type]) => type);
  for (const node of [...drafts.map((draft) => draft.node), ...disabled]) {
    if (!types.includes(node.resource_type)) continue;
    const list = nodes.get(node.name);
    if (list === undefined) nodes.set(node.name, [node]);
    else list.push(node);
  }
  return nodes;
}

/**
 * The nodes an entry's tests are about. They refer by name alone, as under dbt: a seed's tests may stand under
 * `models:`, and a package's are about the project's own node of that name where the package's is disabled.
 */
function described(named: readonly ManifestNode[], entry: Entry, type: string): readonly ManifestNode[] {
  const own = named.filter((node) => node.package_name === entry.packageName);
  const exact = own.filter((node) => node.resource_type === type);
  const enabled = (list: readonly ManifestNode[]): boolean => list.some(({ config }) => config.enabled);
  return [exact, own, named].find(enabled) ?? exact;
}

function nodeTarget(entry: Entry, node: ManifestNode, section: string): TestTarget {
  const { version } = node;
  const versioned = version !== null && version !== undefined;
  const reference = versioned ? `ref('${node.name}', version='${version}')` : `ref('${node.name}')`;
  return {
    entry,
    raw: versioned ? ofVersion(entry.raw, version) : entry.raw,
    label: versioned ? `${node.name}_v${version}` : node.name,
    isSource: false,
    reference,
    note: (capture, at) =>
      capture.refs.push({
        ref: { name: node.name, package: null, version: version ?? null },
        at,
      }),
    uniqueId: node.unique_id,
    fileKey: `${section}.${entry.name}`,
  };
}

/** The tests and columns of one version: its own where it has some, else the model's. */
function ofVersion(raw: YamlMapping, version: string | number): YamlMapping {
  const versions = raw['versions'] as readonly YamlMapping[];
  const own = versions.find((one) => one['v'] === version) ?? {};
  const columns = own['columns'];
  const tests = own['data_tests'] ?? own['tests'];
  return {
    ...(tests === undefined ? { data_tests: raw['data_tests'], tests: raw['tests'] } : { data_tests: tests }),
    columns: columns === undefined ? raw['columns'] : mergedColumns(raw['columns'], columns),
  };
}

/** The columns a version keeps of its model's, and its own. */
function mergedColumns(base: unknown, own: unknown): unknown[] {
  const list = (value: unknown): YamlMapping[] => (Array.isArray(value) ? (value as YamlMapping[]) : []);
  const rule = list(own).find((column) => Object.hasOwn(column, 'include'));
  const written = list(own).filter((column) => column !== rule);
  const replaced = new Set(written.map((column) => column['name']));
  const excluded = new Set(list(rule?.['exclude']) as unknown[]);
  const included = rule?.['include'] ?? 'all';
  const kept = list(base).filter(({ name }) => {
    const wanted =
      included === 'all' || included === '*' || (Array.isArray(included) && included.includes(name));
    return wanted && !excluded.has(name) && !replaced.has(name);
  });
  return [...kept, ...written];
}
