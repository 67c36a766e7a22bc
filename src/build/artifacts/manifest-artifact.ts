import type { DeclaredNode, Manifest, ManifestNode } from '../../project/manifest.js';
import { manifestKeys } from './manifest-keys.js';
import { semanticArtifact } from './semantic-artifact.js';

export interface ManifestArtifactOptions {
  /** The version that wrote it. */
  readonly thauVersion: string;
  /** Of selectors.yml, by name, as written. */
  readonly selectors?: Readonly<Record<string, unknown>>;
  /** The SQL that ran, by unique_id, and where it was written. */
  readonly compiled?: ReadonlyMap<string, { readonly code: string; readonly path: string }>;
}

type Json = Readonly<Record<string, unknown>>;

/** dbt's `manifest.json`, v12: https://schemas.getdbt.com/dbt/manifest/v12.json */
export function manifestArtifact(manifest: Manifest, options: ManifestArtifactOptions): Json {
  const createdAt = Date.parse(manifest.metadata.generated_at) / 1000;
  const each = <T extends object>(table: Readonly<Record<string, T>>, write: (one: T) => Json): Json =>
    Object.fromEntries(Object.entries(table).map(([id, one]) => [id, write(one)]));
  const node = (one: ManifestNode): Json =>
    nodeArtifact(one, createdAt, options.compiled?.get(one.unique_id));
  const declared = (one: DeclaredNode): Json =>
    only(one.resource_type, { created_at: createdAt, ...semanticArtifact(one, manifest) });
  return {
    metadata: {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
      dbt_version: `thau ${options.thauVersion}`,
      invocation_started_at: null,
      run_started_at: null,
      env: {},
      project_id: null,
      user_id: null,
      send_anonymous_usage_stats: false,
      ...manifest.metadata,
    },
    nodes: each(manifest.nodes, node),
    sources: each(manifest.sources, (one) =>
      only('source', {
        created_at: createdAt,
        quoting: { database: null, schema: null, identifier: null, column: null },
        loaded_at_query: one.config['loaded_at_query'] ?? null,
        external: null,
        source_meta: {},
        patch_path: null,
        unrendered_config: {},
        doc_blocks: [],
        ...one,
      }),
    ),
    macros: each(manifest.macros, (one) =>
      only('macro', {
        created_at: createdAt,
        docs: { show: true, node_color: null },
        config: { meta: one.meta, docs: { show: true, node_color: null } },
        patch_path: null,
        supported_languages: null,
        ...one,
      }),
    ),
    docs: each(manifest.docs, (one) => only('doc', { resource_type: 'doc', ...one })),
    exposures: each(manifest.exposures, declared),
    metrics: each(manifest.metrics, declared),
    groups: each(manifest.groups, declared),
    selectors: options.selectors ?? {},
    disabled: Object.fromEntries(Object.entries(manifest.disabled).map(([id, list]) => [id, list.map(node)])),
    parent_map: manifest.parent_map,
    child_map: manifest.child_map,
    group_map: groupMap(manifest),
    saved_queries: each(manifest.saved_queries, declared),
    semantic_models: each(manifest.semantic_models, declared),
    unit_tests: each(manifest.unit_tests, declared),
    functions: {},
  };
}

function nodeArtifact(
  node: ManifestNode,
  createdAt: number,
  compiled: { readonly code: string; readonly path: string } | undefined,
): Json {
  const isSeed = node.resource_type === 'seed';
  return only(node.resource_type, {
    created_at: createdAt,
    docs: node.config['docs'] ?? { show: true, node_color: null },
    build_path: null,
    unrendered_config: {},
    config_call_dict: {},
    unrendered_config_call_dict: {},
    doc_blocks: [],
    metrics: [],
    functions: [],
    compiled_path: compiled?.path ?? null,
    ...(compiled && { compiled: true, compiled_code: compiled.code, extra_ctes_injected: true }),
    ...(!compiled && !isSeed && { compiled: false, compiled_code: null, extra_ctes_injected: false }),
    extra_ctes: [],
    ...(node.resource_type === 'model' && { defer_relation: null }),
    ...(node.resource_type === 'operation' && { index: Number(/-(\d+)$/.exec(node.unique_id)?.[1] ?? 0) }),
    ...node,
    ...(isSeed && { depends_on: { macros: node.depends_on.macros } }),
  });
}

function only(type: string, all: Json): Json {
  const keys = manifestKeys[type];
  if (keys === undefined) return all;
  const kept: Record<string, unknown> = {};
  // of tens of thousands of nodes: no lists on the way
  for (const key of keys) if (all[key] !== undefined) kept[key] = all[key];
  return kept;
}

/** The members of each group. */
function groupMap({ nodes, groups }: Manifest): Json {
  const members: Record<string, string[]> = {};
  for (const { name } of Object.values(groups)) members[name] = [];
  for (const node of Object.values(nodes))
    if (node.group !== null) (members[node.group] ??= []).push(node.unique_id);
  return members;
}
