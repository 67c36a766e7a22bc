import { ThauError } from '../../errors/thau-error.js';
import { Float } from '../../jinja/values/float.js';
import type { DeclaredNode, Manifest, ManifestNode, SourceNode } from '../manifest.js';
import type { PreviousState } from '../state/previous-state.js';
import { fnmatch } from './fnmatch.js';
import { matchesName } from './match-name.js';
import { matchesState } from './match-state.js';
import type { Criteria, SelectionMethod } from './selection.js';

/** Earlier results that some methods compare with. */
export interface SelectionState {
  /** The project as it was, for `state:`. */
  readonly previous?: PreviousState;
  /** Status of each node in the last run, for `result:`. */
  readonly results?: Readonly<Record<string, string>>;
  /** Sources whose newest row is younger than at the last freshness check, for `source_status:fresher`. */
  readonly fresherSources?: ReadonlySet<string>;
}

type AnyNode = ManifestNode | SourceNode | DeclaredNode;
type Predicate = (node: AnyNode, id: string) => boolean;

/** The nodes that one criterion matches by itself, without graph operators. Throws PROJECT_SELECTION. */
export function matchMethod(criteria: Criteria, manifest: Manifest, state: SelectionState): Set<string> {
  const matches = predicates[criteria.method](criteria, manifest, state);
  const found = new Set<string>();
  for (const [id, node] of candidates(criteria.method, manifest)) if (matches(node, id)) found.add(id);
  return found;
}

function* candidates(method: SelectionMethod, manifest: Manifest): Generator<[string, AnyNode]> {
  for (const collection of collectionsOf[method]) yield* Object.entries<AnyNode>(manifest[collection]);
}

type Collection =
  'nodes' | 'sources' | 'exposures' | 'metrics' | 'unit_tests' | 'semantic_models' | 'saved_queries';

const all: readonly Collection[] = [
  'nodes',
  'sources',
  'exposures',
  'metrics',
  'unit_tests',
  'semantic_models',
  'saved_queries',
];

const collectionsOf: Record<SelectionMethod, readonly Collection[]> = {
  fqn: all.filter((name) => name !== 'sources'),
  tag: all,
  group: ['nodes', 'metrics'],
  access: ['nodes'],
  source: ['sources'],
  path: all,
  file: all,
  package: all,
  config: ['nodes', 'sources'],
  test_name: ['nodes', 'unit_tests'],
  test_type: ['nodes', 'unit_tests'],
  resource_type: all,
  state: all,
  exposure: ['exposures'],
  metric: ['metrics'],
  result: all,
  source_status: ['sources'],
  version: ['nodes'],
  semantic_model: ['semantic_models'],
  saved_query: ['saved_queries'],
  unit_test: ['unit_tests'],
};

const predicates: Record<
  SelectionMethod,
  (criteria: Criteria, manifest: Manifest, state: SelectionState) => Predicate
> = {
  fqn: ({ value }) => {
    return (node) => matchesName(node.fqn, value, isVersioned(node));
  },
  tag: ({ value }) => {
    return (node) => listOf(node, 'tags').some((tag) => fnmatch(tag, value));
  },
  group: ({ value }) => {
    return (node) => typeof node.config['group'] === 'string' && fnmatch(node.config['group'], value);
  },
  access: ({ value }) => {
    return (node) => node.resource_type === 'model' && 'access' in node && node.access === value;
  },
  source: (criteria) => {
    const parts = criteria.value.split('.');
    if (parts.length > 3) throw wrongValue(criteria, 'source, source.table or package.source.table');
    const [table = '*', source = '*', name = '*'] =
      parts.length === 1 ? ['*', parts[0]] : [...parts].reverse();
    return (node) =>
      'source_name' in node &&
      typeof node.source_name === 'string' &&
      fnmatch(node.package_name, name) &&
      fnmatch(node.source_name, source) &&
      fnmatch(node.name, table);
  },
  path: ({ value }, manifest) => {
    const pattern = value.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, '');
    const own = ownFolders(manifest);
    // the file of a node's properties counts when it is named itself, not by its folder
    return (node) => {
      if (pathMatches(node.original_file_path, pattern, own)) return true;
      const properties = asManifestNode(node)?.patch_path?.split('://')[1];
      return properties !== undefined && globMatches(properties.split('/'), pattern.split('/'));
    };
  },
  file: ({ value }) => {
    return (node) => {
      const name = node.original_file_path.split('/').at(-1) ?? '';
      return fnmatch(name, value) || fnmatch(name.replace(/\.[^.]*$/, ''), value);
    };
  },
  package: ({ value }, manifest) => {
    const name = value === 'this' ? manifest.metadata.project_name : value;
    return (node) => fnmatch(node.package_name, name);
  },
  config: (criteria) => {
    if (criteria.arguments.length === 0) throw wrongValue(criteria, 'config.<key>:value');
    const ignoreCase = criteria.arguments.join('.') === 'severity';
    return (node) => configMatches(descend(node.config, criteria.arguments), criteria.value, ignoreCase);
  },
  test_name: ({ value }) => {
    return (node) => {
      if (node.resource_type === 'unit_test') return fnmatch(node.name, value);
      const generic = asManifestNode(node)?.test_metadata;
      return node.resource_type === 'test' && generic !== undefined && fnmatch(generic.name, value);
    };
  },
  test_type: (criteria) => {
    const wanted = testTypes[criteria.value];
    if (wanted === undefined) throw wrongValue(criteria, 'generic, singular, unit or data');
    return (node) => wanted.includes(testType(node));
  },
  resource_type: (criteria) => {
    if (!resourceTypes.includes(criteria.value)) throw wrongValue(criteria, resourceTypes.join(', '));
    return (node) => node.resource_type === criteria.value;
  },
  state: (criteria, _manifest, { previous }) => {
    if (previous === undefined) throw needs(criteria, 'an earlier manifest', 'Give `--state <folder>`.');
    const matches = matchesState(criteria.value, previous);
    if (matches === undefined)
      throw wrongValue(criteria, 'new, old, modified, unmodified or modified.<part>');
    return matches;
  },
  result: (criteria, _manifest, { results }) => {
    if (results === undefined) throw needs(criteria, 'results of an earlier run', 'Give `--state <folder>`.');
    return (_node, id) => results[id] === criteria.value;
  },
  source_status: (criteria, _manifest, { fresherSources }) => {
    if (criteria.value !== 'fresher') throw wrongValue(criteria, 'fresher');
    if (fresherSources === undefined) {
      throw needs(
        criteria,
        'two freshness checks',
        'Run `thau source freshness` and give `--state <folder>`.',
      );
    }
    return (_node, id) => fresherSources.has(id);
  },
  exposure: (criteria) => named(criteria),
  metric: (criteria) => named(criteria),
  semantic_model: (criteria) => named(criteria),
  saved_query: (criteria) => named(criteria),
  unit_test: (criteria) => named(criteria),
  version: (criteria) => {
    if (!['latest', 'prerelease', 'old', 'none'].includes(criteria.value)) {
      throw wrongValue(criteria, 'latest, prerelease, old or none');
    }
    return (node) => {
      const model = asManifestNode(node);
      if (model?.resource_type !== 'model') return false;
      return versionClass(model).includes(criteria.value);
    };
  },
};

/** `name` or `package.name`. */
function named(criteria: Criteria): Predicate {
  const parts = criteria.value.split('.');
  if (parts.length > 2) throw wrongValue(criteria, 'name or package.name');
  const [name = '*', packageName = '*'] = [...parts].reverse();
  return (node) => fnmatch(node.package_name, packageName) && fnmatch(node.name, name);
}

function configMatches(value: unknown, wanted: string, ignoreCase: boolean): boolean {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.some((item) => {
    if (typeof item === 'boolean') return String(item) === wanted.toLowerCase();
    if (typeof item !== 'string' && typeof item !== 'number' && !(item instanceof Float)) return false;
    return ignoreCase ? String(item).toUpperCase() === wanted.toUpperCase() : String(item) === wanted;
  });
}

function descend(value: unknown, keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found;
}

/** A file matches its own glob, and that of any folder above it. Stars stop at a slash, `**` does not. */
function pathMatches(path: string, pattern: string, own: ReadonlySet<string>): boolean {
  const parts = path.split('/');
  return parts.some((_, index) => {
    const folder = parts.slice(0, index + 1);
    return own.has(folder.join('/')) && globMatches(folder, pattern.split('/'));
  });
}

/**
 * The files and folders of the project itself. dbt looks a pattern up among them, and only then asks which nodes have
 * such a path: `path:models` finds the models of packages too, but only in a project that has a folder `models`.
 */
function ownFolders(manifest: Manifest): ReadonlySet<string> {
  const project = manifest.metadata.project_name;
  const found = new Set<string>();
  for (const collection of [...all, 'macros'] as const) {
    for (const { package_name: name, original_file_path: path } of Object.values<{
      readonly package_name: string;
      readonly original_file_path: string;
    }>(manifest[collection])) {
      if (name !== project) continue;
      for (
        let at = path.length;
        at > 0 && !found.has(path.slice(0, at));
        at = path.lastIndexOf('/', at - 1)
      ) {
        found.add(path.slice(0, at));
      }
    }
  }
  return found;
}

function globMatches(path: readonly string[], pattern: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return path.length === 0;
  if (head === '**') return path.some((_, skip) => globMatches(path.slice(skip), rest)) || rest.length === 0;
  const [first, ...others] = path;
  return first !== undefined && fnmatch(first, head) && globMatches(others, rest);
}

const testTypes: Readonly<Record<string, readonly string[]>> = {
  generic: ['generic'],
  schema: ['generic'],
  singular: ['singular'],
  data: ['generic', 'singular'],
  unit: ['unit'],
};

function testType(node: AnyNode): string {
  if (node.resource_type === 'unit_test') return 'unit';
  if (node.resource_type !== 'test') return '';
  return asManifestNode(node)?.test_metadata === undefined ? 'singular' : 'generic';
}

const resourceTypes = [
  'model',
  'analysis',
  'test',
  'snapshot',
  'operation',
  'seed',
  'source',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
  'unit_test',
];

function versionClass(model: ManifestNode): string[] {
  const { version, latest_version: latest } = model;
  if (version === undefined || version === null) return ['none'];
  if (latest === undefined || latest === null) return [];
  const order = compareVersions(version, latest);
  if (order === 0) return ['latest'];
  return order > 0 ? ['prerelease'] : ['old'];
}

/** Numbers by value; anything else as text. */
function compareVersions(a: string | number, b: string | number): number {
  const [left, right] = [Number(a), Number(b)];
  if (Number.isNaN(left) || Number.isNaN(right))
    return String(a) < String(b) ? -1 : Number(String(a) !== String(b));
  return left - right;
}

function isVersioned(node: AnyNode): boolean {
  const version = asManifestNode(node)?.version;
  return node.resource_type === 'model' && version !== undefined && version !== null;
}

function asManifestNode(node: AnyNode): ManifestNode | undefined {
  return 'raw_code' in node ? (node as ManifestNode) : undefined;
}

function listOf(node: AnyNode, key: 'tags'): readonly string[] {
  const value = node[key] ?? node.config[key];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function wrongValue(criteria: Criteria, expected: string): ThauError {
  return new ThauError(
    'PROJECT_SELECTION',
    `"${criteria.raw}": "${criteria.value}" does not fit this method.`,
    {
      hint: `Expected: ${expected}.`,
    },
  );
}

function needs(criteria: Criteria, what: string, hint: string): ThauError {
  return new ThauError('PROJECT_SELECTION', `"${criteria.raw}" needs ${what} to compare with.`, { hint });
}
