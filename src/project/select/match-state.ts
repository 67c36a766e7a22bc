import type { DeclaredNode, MacroNode, Manifest, ManifestNode, SourceNode } from '../manifest.js';

type AnyNode = ManifestNode | SourceNode | DeclaredNode;

/**
 * `state:<value>`: whether a node is new, or changed since the earlier manifest; undefined for a value dbt does not
 * know. `modified` is any part: body, configs, relation, descriptions that reach the database, contract, macros.
 */
export function matchesState(
  value: string,
  manifest: Manifest,
  previous: Manifest,
): ((node: AnyNode, id: string) => boolean) | undefined {
  const before = (id: string): AnyNode | undefined =>
    previous.nodes[id] ??
    previous.sources[id] ??
    previous.exposures[id] ??
    previous.metrics[id] ??
    previous.semantic_models[id] ??
    previous.unit_tests[id] ??
    previous.saved_queries[id];
  const changedMacros = modifiedMacros(manifest, previous);
  const macros = (node: AnyNode): boolean => usesAny(node, manifest, changedMacros, new Set());
  const differs =
    (part: (node: AnyNode) => unknown) =>
    (node: AnyNode, id: string): boolean => {
      const old = before(id);
      return old === undefined || canonical(part(old)) !== canonical(part(node));
    };
  const modified = (node: AnyNode, id: string): boolean =>
    Object.values(parts).some((part) => differs(part)(node, id)) || macros(node);
  switch (value) {
    case 'new':
      return (_node, id) => before(id) === undefined;
    case 'old':
      return (_node, id) => before(id) !== undefined;
    case 'modified':
      return modified;
    case 'unmodified':
      return (node, id) => !modified(node, id);
    case 'modified.macros':
      return macros;
    case 'modified.body':
      return differs(parts.body);
    case 'modified.configs':
      return differs(parts.configs);
    case 'modified.relation':
      return differs(parts.relation);
    case 'modified.persisted_descriptions':
      return differs(parts.persisted_descriptions);
    case 'modified.contract':
      return differs(parts.contract);
    default:
      return undefined;
  }
}

/** What each part of a node compares, as plain data. */
const parts = {
  body: (node: AnyNode): unknown => {
    if (node.resource_type === 'source') return null;
    if (node.resource_type === 'seed') return node['checksum'];
    if ('raw_code' in node) return node['raw_code'];
    // what is only declared in YAML is its YAML, wherever it stands
    const { fqn: _fqn, original_file_path: _path, ...rest } = node;
    return rest;
  },
  configs: (node: AnyNode): unknown =>
    'unrendered_config' in node ? node['unrendered_config'] : node.config,
  relation: (node: AnyNode): unknown =>
    node.resource_type === 'source'
      ? [node['database'], node['schema'], node['identifier']]
      : [node.config['database'], node.config['schema'], node.config['alias']],
  persisted_descriptions: (node: AnyNode): unknown => {
    const persist = node.config['persist_docs'] as { relation?: boolean; columns?: boolean } | undefined;
    return [
      persist?.relation === true ? node['description'] : null,
      persist?.columns === true && 'columns' in node ? node['columns'] : null,
    ];
  },
  contract: (node: AnyNode): unknown => {
    const contract = node.config['contract'] as { enforced?: boolean } | undefined;
    if (contract?.enforced !== true || !('columns' in node)) return contract?.enforced ?? false;
    return node['columns'];
  },
};

function modifiedMacros(manifest: Manifest, previous: Manifest): Set<string> {
  const ids = new Set([...Object.keys(manifest.macros), ...Object.keys(previous.macros)]);
  return new Set([...ids].filter((id) => manifest.macros[id]?.macro_sql !== previous.macros[id]?.macro_sql));
}

function usesAny(
  node: AnyNode | MacroNode,
  manifest: Manifest,
  changed: ReadonlySet<string>,
  seen: Set<string>,
): boolean {
  const macros = 'depends_on' in node ? node.depends_on.macros : [];
  return macros.some((id) => {
    if (seen.has(id)) return false;
    seen.add(id);
    const macro = manifest.macros[id];
    return changed.has(id) || (macro !== undefined && usesAny(macro, manifest, changed, seen));
  });
}

/** JSON with sorted keys, so that equal data is equal text. */
function canonical(value: unknown): string {
  // wrapped, since JSON has no text for a bare undefined
  return JSON.stringify([value], (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
