/**
 * The manifest: plain immutable data in the shape (and with the snake_case names) of dbt's manifest.json v12, so that
 * `model`, `graph` and the artifact are the same objects. https://schemas.getdbt.com/dbt/manifest/v12.json
 */
export interface Manifest {
  readonly metadata: ManifestMetadata;
  readonly nodes: Readonly<Record<string, ManifestNode>>;
  readonly sources: Readonly<Record<string, SourceNode>>;
  readonly macros: Readonly<Record<string, MacroNode>>;
  readonly docs: Readonly<Record<string, { readonly name: string; readonly block_contents: string }>>;
  readonly exposures: Readonly<Record<string, DeclaredNode>>;
  readonly metrics: Readonly<Record<string, DeclaredNode>>;
  readonly groups: Readonly<Record<string, DeclaredNode>>;
  readonly semantic_models: Readonly<Record<string, DeclaredNode>>;
  readonly saved_queries: Readonly<Record<string, DeclaredNode>>;
  readonly unit_tests: Readonly<Record<string, DeclaredNode>>;
  readonly disabled: Readonly<Record<string, readonly ManifestNode[]>>;
  readonly parent_map: Readonly<Record<string, readonly string[]>>;
  readonly child_map: Readonly<Record<string, readonly string[]>>;
}

export interface ManifestMetadata {
  readonly project_name: string;
  readonly adapter_type: 'postgres';
  readonly generated_at: string;
  readonly invocation_id: string;
}

export type ResourceType =
  'model' | 'seed' | 'snapshot' | 'test' | 'unit_test' | 'analysis' | 'operation' | 'sql_operation';

export interface ManifestNode {
  readonly unique_id: string;
  readonly resource_type: ResourceType;
  readonly name: string;
  readonly package_name: string;
  /** Relative to the package's root. */
  readonly path: string;
  /** Relative to the project's root. */
  readonly original_file_path: string;
  readonly fqn: readonly string[];
  readonly database: string | null;
  readonly schema: string;
  readonly alias: string;
  /** `"db"."schema"."alias"`, null for ephemeral models and tests. */
  readonly relation_name: string | null;
  readonly checksum: { readonly name: 'sha256' | 'none'; readonly checksum: string };
  readonly config: NodeConfig;
  /** What the project itself says of the config, without defaults: what `state:modified.configs` compares. */
  readonly unrendered_config?: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly description: string;
  readonly columns: Readonly<Record<string, ColumnInfo>>;
  readonly patch_path: string | null;
  readonly language: 'sql' | 'python';
  readonly raw_code: string;
  readonly refs: readonly RefArgs[];
  readonly sources: readonly (readonly string[])[];
  readonly depends_on: { readonly nodes: readonly string[]; readonly macros: readonly string[] };
  readonly group: string | null;
  readonly access?: 'private' | 'protected' | 'public';
  readonly version?: string | number | null;
  readonly latest_version?: string | number | null;
  /** As written: `2026-12-31`. */
  readonly deprecation_date?: string | null;
  readonly constraints?: readonly Readonly<Record<string, unknown>>[];
  readonly primary_key?: readonly string[];
  readonly time_spine?: Readonly<Record<string, unknown>> | null;
  /** What its config says of the contract. */
  readonly contract?: {
    readonly enforced: boolean;
    readonly alias_types: boolean;
    readonly checksum: string | null;
  };
  /** Tests only. */
  readonly test_metadata?: {
    readonly name: string;
    readonly namespace: string | null;
    readonly kwargs: Readonly<Record<string, unknown>>;
  };
  readonly column_name?: string | null;
  readonly attached_node?: string | null;
  readonly file_key_name?: string | null;
  /** Seeds only: the folder that `path` is relative to. */
  readonly root_path?: string;
  /** Where the node is written, for errors: line of a YAML test, of a snapshot block. */
  readonly declared_at?: { readonly file: string; readonly line?: number; readonly column?: number };
}

export interface RefArgs {
  readonly name: string;
  readonly package: string | null;
  readonly version: string | number | null;
}

export interface ColumnInfo {
  readonly name: string;
  readonly description: string;
  readonly data_type: string | null;
  readonly quote: boolean | null;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly constraints: readonly Readonly<Record<string, unknown>>[];
}

/** dbt's node config; unknown keys are kept, since macros may read them by `config.get`. */
export interface NodeConfig {
  readonly enabled: boolean;
  readonly materialized: string;
  readonly alias?: string | null;
  readonly schema?: string | null;
  readonly database?: string | null;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly pre_hook: readonly Hook[];
  readonly post_hook: readonly Hook[];
  readonly [key: string]: unknown;
}

export interface Hook {
  readonly sql: string;
  readonly transaction: boolean;
}

export interface SourceNode {
  readonly unique_id: string;
  readonly resource_type: 'source';
  readonly name: string;
  readonly source_name: string;
  readonly package_name: string;
  readonly original_file_path: string;
  readonly path: string;
  readonly fqn: readonly string[];
  readonly database: string | null;
  readonly schema: string;
  readonly identifier: string;
  readonly relation_name: string;
  readonly description: string;
  readonly source_description: string;
  readonly columns: Readonly<Record<string, ColumnInfo>>;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly loaded_at_field: string | null;
  readonly freshness: Readonly<Record<string, unknown>> | null;
  readonly loader: string;
}

export interface MacroNode {
  readonly unique_id: string;
  readonly resource_type: 'macro';
  readonly name: string;
  readonly package_name: string;
  readonly original_file_path: string;
  readonly path: string;
  readonly macro_sql: string;
  readonly depends_on: { readonly macros: readonly string[] };
  readonly description: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly arguments: readonly Readonly<Record<string, unknown>>[];
}

/** Exposures, metrics, groups, semantic models, saved queries and unit tests, as their YAML says. */
export interface DeclaredNode {
  readonly unique_id: string;
  readonly resource_type: string;
  readonly name: string;
  readonly package_name: string;
  readonly original_file_path: string;
  readonly fqn: readonly string[];
  readonly depends_on: { readonly nodes: readonly string[]; readonly macros: readonly string[] };
  readonly config: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}
