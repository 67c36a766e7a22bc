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

/**
 * dbt's `manifest.json`, v12, piece by piece, since that of a large project is a hundred megabytes:
 * https://schemas.getdbt.com/dbt/manifest/v12.json
 */
export function* manifestArtifact(manifest: Manifest, options: ManifestArtifactOptions): Generator<string> {
  const createdAt = Date.parse(manifest.metadata.generated_at) / 1000;
  const node = (one: ManifestNode): Json =>
    nodeArtifact(one, createdAt, options.compiled?.get(one.unique_id));
  const declared = (one: DeclaredNode): Json =>
    only(one.resource_type, { created_at: createdAt }, semanticArtifact(one, manifest));
  const metadata = {
    dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
    dbt_version: `thau ${options.thauVersion}`,
    invocation_started_at: null,
    run_started_at: null,
    env: {},
    project_id: null,
    user_id: null,
    send_anonymous_usage_stats: false,
    ...manifest.metadata,
  };
  yield `{"metadata":${JSON.stringify(metadata)}`;
  yield* table('nodes', manifest.nodes, node);
  yield* table('sources', manifest.sources, (one) =>
    only(
      'source',
      {
        created_at: createdAt,
        quoting: { database: null, schema: null, identifier: null, column: null },
        loaded_at_query: one.config['loaded_at_query'] ?? null,
        external: null,
        source_meta: {},
        patch_path: null,
        unrendered_config: {},
        doc_blocks: [],
      },
      one,
    ),
  );
  yield* table('macros', manifest.macros, (one) =>
    only(
      'macro',
      {
        created_at: createdAt,
        docs: { show: true, node_color: null },
        config: { meta: one.meta, docs: { show: true, node_color: null } },
        patch_path: null,
        supported_languages: null,
      },
      one,
    ),
  );
  yield* table('docs', manifest.docs, (one) => only('doc', { resource_type: 'doc' }, one));
  yield* table('exposures', manifest.exposures, declared);
  yield* table('metrics', manifest.metrics, declared);
  yield* table('groups', manifest.groups, declared);
  yield* table('selectors', options.selectors ?? {}, (one) => one);
  yield* table('disabled', manifest.disabled, (list) => list.map(node));
  yield* table('parent_map', manifest.parent_map, (ids) => ids);
  yield* table('child_map', manifest.child_map, (ids) => ids);
  yield* table('group_map', groupMap(manifest), (ids) => ids);
  yield* table('saved_queries', manifest.saved_queries, declared);
  yield* table('semantic_models', manifest.semantic_models, declared);
  yield* table('unit_tests', manifest.unit_tests, declared);
  yield ',"functions":{}}';
}

/** An entry of the manifest that is itself a mapping. */
function* table<T>(
  name: string,
  entries: Readonly<Record<string, T>>,
  write: (one: T) => unknown,
): Generator<string> {
  yield `,${JSON.stringify(name)}:{`;
  let comma = '';
  for (const [id, one] of Object.entries(entries)) {
    yield `${comma}${JSON.stringify(id)}:${JSON.stringify(write(one))}`;
    comma = ',';
  }
  yield '}';
}

function nodeArtifact(
  node: ManifestNode,
  createdAt: number,
  compiled: { readonly code: string; readonly path: string } | undefined,
): Json {
  const type = node.resource_type;
  const isSeed = type === 'seed';
  const isModel = type === 'model';
  return only(
    type,
    {
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
      compiled: compiled !== undefined ? true : isSeed ? undefined : false,
      compiled_code: compiled !== undefined ? compiled.code : isSeed ? undefined : null,
      extra_ctes_injected: compiled !== undefined ? true : isSeed ? undefined : false,
      extra_ctes: [],
      contract: contractOf(node),
      deprecation_date: isModel ? null : undefined,
      primary_key: isModel ? [] : undefined,
      time_spine: isModel ? null : undefined,
      defer_relation: isModel ? null : undefined,
      index: type === 'operation' ? Number(/-(\d+)$/.exec(node.unique_id)?.[1] ?? 0) : undefined,
    },
    isSeed ? { ...withHooks(node), depends_on: { macros: node.depends_on.macros } } : withHooks(node),
  );
}

/** Hooks stand under dbt's spelling, which few nodes need. */
function withHooks(node: ManifestNode): ManifestNode {
  if (node.config.pre_hook.length + node.config.post_hook.length === 0) return node;
  const { pre_hook: before, post_hook: after, ...rest } = node.config;
  const written = (hooks: typeof before): Json[] => hooks.map((hook) => ({ ...hook, index: null }));
  const config = { ...rest, 'pre-hook': written(before), 'post-hook': written(after) };
  return { ...node, config: config as unknown as ManifestNode['config'] };
}

function contractOf(node: ManifestNode): Json {
  const contract = node.config['contract'] as { enforced?: boolean; alias_types?: boolean } | undefined;
  return {
    enforced: contract?.enforced ?? false,
    alias_types: contract?.alias_types ?? true,
    checksum: null,
  };
}

/** What the manifest says of a resource of this type: what it says itself, otherwise what it is without being said. */
function only(type: string, otherwise: Json, said: object): Json {
  const own = said as Json;
  const keys = manifestKeys[type];
  if (keys === undefined) return { ...otherwise, ...own };
  const kept: Record<string, unknown> = {};
  // of tens of thousands of nodes: no copies and no lists on the way
  for (const key of keys) {
    const value = Object.hasOwn(own, key) ? own[key] : otherwise[key];
    if (value !== undefined) kept[key] = value;
  }
  return kept;
}

/** The members of each group. */
function groupMap({ nodes, groups }: Manifest): Record<string, readonly string[]> {
  const members: Record<string, string[]> = {};
  for (const { name } of Object.values(groups)) members[name] = [];
  for (const node of Object.values(nodes))
    if (node.group !== null) (members[node.group] ??= []).push(node.unique_id);
  return members;
}
