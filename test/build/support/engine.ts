import { Database } from '../../../src/postgres/database.js';
import { migrate } from '../../../src/postgres/migrate.js';
import { parseConnectionUrl } from '../../../src/config/connection-url.js';
import type { RunContext, RunFlags } from '../../../src/project/context/render-run.js';
import type { RelationName } from '../../../src/project/context/database-adapter.js';
import type {
  Manifest,
  ManifestNode,
  NodeConfig,
  ResourceType,
  SourceNode,
} from '../../../src/project/manifest.js';
import type { Renderer } from '../../../src/build/run/renderer.js';
import type { RunEvent, RunSummary } from '../../../src/build/report/run-event.js';
import type { RunOptions } from '../../../src/build/run/run-options.js';
import { run } from '../../../src/build/run/run.js';

/** What a node's SQL is made from: what Jinja's context would hand it. */
export interface SqlContext {
  readonly ref: (this: void, name: string) => string;
  readonly this: string | null;
  readonly isIncremental: boolean;
}

export interface PlainNode {
  readonly name: string;
  readonly type?: ResourceType;
  readonly schema?: string;
  readonly reads?: readonly string[];
  readonly config?: Record<string, unknown>;
  readonly sql?: (context: SqlContext) => string;
  readonly extra?: Partial<ManifestNode>;
}

/** A raw table, as `source()` names it. */
export function plainSource(schema: string, identifier: string): SourceNode {
  return {
    unique_id: `source.shop.${schema}.${identifier}`,
    resource_type: 'source',
    name: identifier,
    source_name: schema,
    package_name: 'shop',
    original_file_path: 'transforms/sources.yml',
    path: 'transforms/sources.yml',
    fqn: ['shop', schema, identifier],
    database: null,
    schema,
    identifier,
    relation_name: `"${schema}"."${identifier}"`,
    description: '',
    source_description: '',
    columns: {},
    tags: [],
    meta: {},
    config: {},
    loaded_at_field: null,
    freshness: null,
    loader: '',
  };
}

export const quoted = (relation: RelationName): string => `"${relation.schema}"."${relation.identifier}"`;

/** A project without files: the engine sees a manifest and a renderer, whatever made them. */
export function plainProject(
  nodes: readonly PlainNode[],
  sources: readonly SourceNode[] = [],
): { manifest: Manifest; renderer: Renderer } {
  const id = (node: PlainNode): string => `${node.type ?? 'model'}.shop.${node.name}`;
  const byName = new Map(nodes.map((node) => [node.name, id(node)]));
  const sqlOf = new Map(nodes.map((node) => [id(node), node.sql]));
  const made = nodes.map((node): ManifestNode => {
    const type = node.type ?? 'model';
    const config = {
      enabled: true,
      materialized: type === 'seed' ? 'seed' : type === 'test' ? 'test' : 'table',
      tags: [],
      meta: {},
      pre_hook: [],
      post_hook: [],
      ...node.config,
    } as NodeConfig;
    return {
      unique_id: id(node),
      resource_type: type,
      name: node.name,
      package_name: 'shop',
      path: `${node.name}.sql`,
      original_file_path: `transforms/${node.name}.sql`,
      fqn: ['shop', node.name],
      database: null,
      schema: node.schema ?? 'shop',
      alias: node.name,
      relation_name: null,
      checksum: { name: 'none', checksum: '' },
      config,
      tags: [],
      meta: {},
      description: '',
      columns: {},
      patch_path: null,
      language: 'sql',
      raw_code: node.sql?.toString() ?? '',
      refs: [],
      sources: [],
      depends_on: { nodes: (node.reads ?? []).map((name) => byName.get(name) ?? name), macros: [] },
      group: null,
      ...node.extra,
    };
  });
  const manifest = {
    metadata: { project_name: 'shop', adapter_type: 'postgres', generated_at: '', invocation_id: 'test' },
    nodes: Object.fromEntries(made.map((node) => [node.unique_id, node])),
    sources: Object.fromEntries(sources.map((source) => [source.unique_id, source])),
    macros: {},
    docs: {},
    exposures: {},
    metrics: {},
    groups: {},
    semantic_models: {},
    saved_queries: {},
    unit_tests: {},
    disabled: {},
    parent_map: {},
    child_map: {},
  } satisfies Manifest;
  const context = async (run: RunContext): Promise<SqlContext> => {
    const self = run.thisRelation && (await run.adapter.getRelation(run.thisRelation));
    const current = self === null || run.flags.FULL_REFRESH ? null : quoted(self);
    return {
      ref: (name) => quoted(run.relationOf(byName.get(name) ?? name)),
      this: current,
      isIncremental: current !== null,
    };
  };
  const renderer: Renderer = {
    compile: async (node, run) => ({
      node,
      compiledCode: sqlOf.get(node.unique_id)?.(await context(run)) ?? '',
      extraCtes: [],
      queried: false,
      volatile: false,
    }),
    render: (text, run) =>
      Promise.resolve(text.replaceAll('{{ this }}', run.thisRelation ? quoted(run.thisRelation) : '')),
  };
  return { manifest, renderer };
}

export const flags: RunFlags = { FULL_REFRESH: false, STORE_FAILURES: false, WHICH: 'build', EMPTY: false };

export async function openState(url: string): Promise<Database> {
  const connection = parseConnectionUrl(url, 'test');
  const database = new Database({ connection });
  await migrate({ database, connection, stateSchema: 'thau' });
  return database;
}

export interface Ran extends RunSummary {
  readonly events: readonly RunEvent[];
}

/** Runs a plain project whole, or the named nodes of it. */
export async function runPlain(
  database: Database,
  nodes: readonly PlainNode[],
  options: Partial<RunOptions> & {
    readonly only?: readonly string[];
    readonly carry?: boolean;
    readonly sources?: readonly SourceNode[];
  } = {},
): Promise<Ran> {
  const { manifest, renderer } = plainProject(nodes, options.sources);
  const events: RunEvent[] = [];
  const { only, carry, sources: _sources, ...rest } = options;
  const selected = new Set(
    Object.values(manifest.nodes)
      .filter((node) => only === undefined || only.includes(node.name))
      .map((node) => node.unique_id),
  );
  const summary = await run({
    database,
    stateSchema: 'thau',
    manifest,
    renderer,
    command: 'build',
    selected,
    threads: 4,
    failFast: false,
    flags,
    trigger: 'manual',
    target: 'test',
    args: {},
    sdl: [],
    reporter: (event) => events.push(event),
    ...(carry !== true && { force: 'the test says so' }),
    ...rest,
  });
  return { ...summary, events };
}

/** Status by node name. */
export function statuses(summary: RunSummary): Record<string, string> {
  return Object.fromEntries(summary.results.map((result) => [result.name, result.status]));
}
