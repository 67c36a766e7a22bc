import { Expect } from '../yaml/expect.js';
import type { ManifestNode } from '../manifest.js';
import { matchesName } from './match-name.js';
import { matchesPath } from './match-path.js';
import { globMatches } from './glob.js';
import type { Selectable } from './selectable.js';
import type { Criterion } from './spec.js';

/** What a method may ask besides the node. */
export interface MethodContext {
  readonly rootPackage: string;
}

/** Whether a node meets a criterion of its method. */
export type Method = (node: Selectable, criterion: Criterion, context: MethodContext) => boolean;

/** `fqn:` and its like; the names are dbt's. */
export const methods: Readonly<Record<string, Method>> = {
  fqn: (node, { value }) => isParsedNode(node) && matchesName(node.fqn, value, isVersioned(node)),
  tag: (node, { value }) => tagsOf(node).some((tag) => globMatches(tag, value)),
  group: (node, { value }) => globMatches(textOf(node, 'group') ?? '', value),
  access: (node, { value }) => node.resource_type === 'model' && textOf(node, 'access') === value,
  source: (node, { value }, { rootPackage }) => {
    if (node.resource_type !== 'source') return false;
    const { source_name, name, package_name } = node as {
      source_name: string;
      name: string;
      package_name: string;
    };
    return matchesParts([package_name, source_name, name], value, rootPackage, 2);
  },
  path: (node, { value }) => matchesPath(node, value),
  file: (node, { value }) => {
    const name = node.original_file_path.split('/').pop() ?? '';
    return globMatches(name, value) || globMatches(name.replace(/\.[^.]*$/, ''), value);
  },
  package: (node, { value }, { rootPackage }) =>
    globMatches(node.package_name, value === 'this' ? rootPackage : value),
  config: (node, { args, value }) => configMatches(node, args, value),
  resource_type: (node, { value }) => node.resource_type === value,
  test_type: (node, { value }) => testTypes(node).includes(value),
  test_name: (node, { value }) => {
    const metadata = isParsedNode(node) ? (node as ManifestNode).test_metadata : undefined;
    return metadata !== undefined && globMatches(metadata.name, value);
  },
  exposure: declared('exposure'),
  metric: declared('metric'),
  semantic_model: declared('semantic_model'),
  saved_query: declared('saved_query'),
  unit_test: declared('unit_test'),
  version: (node, { value }) => versionMatches(node, value),
};

/** Methods that compare with an earlier state, and what thau has in their place. */
export const stateMethods: Readonly<Record<string, string>> = {
  state: 'thau builds only what changed by itself: `thau plan` shows it. Select by name, path or tag here.',
  result: 'Use `thau retry`, which runs again what failed and what was skipped in the last run.',
  source_status:
    "thau reads the sources' data versions itself and builds what they changed: `thau plan` shows it.",
};

const parsedTypes = new Set(['model', 'seed', 'snapshot', 'test', 'analysis', 'unit_test']);

function isParsedNode(node: Selectable): node is Selectable & { readonly fqn: readonly string[] } {
  return parsedTypes.has(node.resource_type);
}

function isVersioned(node: Selectable): boolean {
  const version = (node as ManifestNode).version;
  return node.resource_type === 'model' && version !== undefined && version !== null;
}

function tagsOf(node: Selectable): readonly string[] {
  const own = (node as { tags?: unknown }).tags ?? (node.config as { tags?: unknown }).tags;
  return Array.isArray(own) ? own.map(String) : [];
}

function textOf(node: Selectable, key: 'group' | 'access'): string | undefined {
  const value =
    (node as unknown as Record<string, unknown>)[key] ?? (node.config as Record<string, unknown>)[key];
  return typeof value === 'string' ? value : undefined;
}

/** `a`, `b.a` or `package.b.a` against the parts, the package first; `least` parts may stand without a package. */
function matchesParts(parts: readonly string[], value: string, rootPackage: string, least: number): boolean {
  const wanted = value.split('.');
  if (wanted[0] === 'this' && wanted.length === parts.length) wanted[0] = rootPackage;
  // a source alone names all its tables
  if (least === 2 && wanted.length === 1) return globMatches(parts[1] ?? '', wanted[0] ?? '');
  if (wanted.length > parts.length) return false;
  const tail = parts.slice(parts.length - wanted.length);
  return tail.every((part, index) => globMatches(part, wanted[index] ?? ''));
}

function declared(type: string): Method {
  return (node, { value }, { rootPackage }) =>
    node.resource_type === type && matchesParts([node.package_name, node.name], value, rootPackage, 1);
}

function configMatches(node: Selectable, args: readonly string[], value: string): boolean {
  let found: unknown = node.config;
  for (const key of args) {
    if (!Expect.isMapping(found)) return false;
    found = Object.hasOwn(found, key)
      ? found[key]
      : Object.hasOwn(found, key.replaceAll('-', '_'))
        ? found[key.replaceAll('-', '_')]
        : undefined;
  }
  if (found === undefined || found === null) return false;
  if (Array.isArray(found)) return found.some((item) => sameText(item, value));
  if (Expect.isMapping(found)) return Object.keys(found).some((key) => globMatches(key, value));
  return sameText(found, value);
}

function sameText(found: unknown, value: string): boolean {
  if (typeof found === 'boolean') return String(found) === value.toLowerCase();
  if (typeof found === 'number') return String(found) === value;
  return typeof found === 'string' && globMatches(found, value);
}

function testTypes(node: Selectable): readonly string[] {
  if (node.resource_type === 'unit_test') return ['unit'];
  if (node.resource_type !== 'test') return [];
  const generic = (node as ManifestNode).test_metadata !== undefined;
  // schema and data are dbt's earlier names of generic and singular; data now means both
  return generic ? ['generic', 'schema', 'data'] : ['singular', 'data'];
}

function versionMatches(node: Selectable, value: string): boolean {
  if (node.resource_type !== 'model') return false;
  const { version, latest_version: latest } = node as ManifestNode;
  if (version === undefined || version === null) return value === 'none';
  if (value === 'latest') return String(version) === String(latest);
  const order = compareVersions(version, latest ?? version);
  return value === 'prerelease' ? order > 0 : value === 'old' && order < 0;
}

function compareVersions(a: string | number, b: string | number): number {
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return String(a) < String(b) ? -1 : Number(String(a) > String(b));
}
