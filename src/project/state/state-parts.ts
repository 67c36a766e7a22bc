import { createHash } from 'node:crypto';
import type { DeclaredNode, MacroNode, Manifest, ManifestNode, SourceNode } from '../manifest.js';

export type AnyNode = ManifestNode | SourceNode | DeclaredNode;

/** What of a node `state:modified.<part>` compares. */
export const stateParts = ['body', 'configs', 'relation', 'persisted_descriptions', 'contract'] as const;

export type StatePart = (typeof stateParts)[number];

/** A part as text: equal parts are equal texts. `fqn` counts for `state:modified` as a whole. */
export function partText(node: AnyNode, part: StatePart | 'fqn'): string {
  return canonical(values[part](node));
}

const values: Readonly<Record<StatePart | 'fqn', (node: AnyNode) => unknown>> = {
  body: (node) => {
    if (node.resource_type === 'source') return null;
    if (node.resource_type === 'seed') return (node['checksum'] as { checksum?: unknown }).checksum;
    if ('raw_code' in node) return node['raw_code'];
    return declaredBody(node as DeclaredNode);
  },
  configs: (node) => ('unrendered_config' in node ? node['unrendered_config'] : node.config),
  relation: (node) =>
    node.resource_type === 'source'
      ? [node['database'], node['schema'], node['identifier']]
      : ['database', 'schema', 'alias'].map((key) => node.config[key] ?? null),
  persisted_descriptions: (node) => {
    const persist = node.config['persist_docs'] as { relation?: boolean; columns?: boolean } | undefined;
    return [
      persist?.relation === true ? node['description'] : null,
      persist?.columns === true && 'columns' in node
        ? Object.values(node['columns'] as ManifestNode['columns']).map((one) => [one.name, one.description])
        : null,
    ];
  },
  contract: (node) => contractOf(node),
  fqn: (node) => (node.resource_type === 'source' || 'raw_code' in node ? node.fqn : null),
};

/** What is only declared in YAML is its YAML, wherever it stands. */
function declaredBody(node: DeclaredNode): unknown {
  return Object.fromEntries(Object.entries(node).filter(([key]) => !elsewhere.has(key)));
}

const elsewhere = new Set([
  'fqn',
  'path',
  'original_file_path',
  'declared_at',
  'patch_path',
  'created_at',
  'checksum',
  'config',
  'unrendered_config',
  'depends_on',
  'refs',
  'sources',
  'metrics',
  'file_key_name',
]);

/** What an enforced contract promises. */
export interface Contract {
  readonly materialized: string;
  readonly columns: readonly {
    readonly name: string;
    readonly data_type: string | null;
    readonly constraints: readonly unknown[];
  }[];
  readonly constraints: readonly unknown[];
}

/** The contract of a model; null where none is enforced. */
export function contractOf(node: AnyNode): Contract | null {
  const contract = node.config['contract'] as { enforced?: boolean } | undefined;
  if (contract?.enforced !== true || !('raw_code' in node)) return null;
  const model = node as ManifestNode;
  return {
    materialized: model.config.materialized,
    columns: Object.values(model.columns).map(({ name, data_type, constraints }) => ({
      name,
      data_type,
      constraints,
    })),
    constraints: model.constraints ?? [],
  };
}

/** Every macro that a node may call, directly or not, in order. */
export function macrosOf(node: AnyNode | MacroNode, manifest: Pick<Manifest, 'macros'>): string[] {
  const found = new Set<string>();
  const visit = (one: AnyNode | MacroNode): void => {
    const { depends_on: dependsOn } = one as {
      readonly depends_on?: { readonly macros?: readonly string[] };
    };
    for (const id of dependsOn?.macros ?? []) {
      if (found.has(id)) continue;
      found.add(id);
      const macro = manifest.macros[id];
      if (macro !== undefined) visit(macro);
    }
  };
  visit(node);
  return [...found].sort();
}

/** Short, and as good as the text for telling whether two are the same. */
export function digest(text: string): string {
  return createHash('sha1').update(text).digest('base64').slice(0, 16);
}

/** JSON with sorted keys, so that equal data is equal text; what is null or empty says as little as what is absent. */
export function canonical(value: unknown): string {
  // wrapped, since JSON has no text for a bare undefined
  return JSON.stringify([value], (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(
          Object.entries(item)
            .filter(([, one]) => one !== null && one !== undefined)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : item,
  );
}
