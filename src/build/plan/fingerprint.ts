import { createHash } from 'node:crypto';
import type { RelationName } from '../../project/context/database-adapter.js';
import type { RunContext, RunFlags } from '../../project/context/render-run.js';
import type { Manifest, ManifestNode } from '../../project/manifest.js';
import type { Renderer } from '../run/renderer.js';
import { PlanningAdapter, placeholderSchema } from './planning-adapter.js';

/** Grows when a change of thau makes other relations of the same project. */
const engineVersion = 1;

export interface Fingerprint {
  /** Undefined when it cannot be told before the run. */
  readonly hash: string | undefined;
  /** Why not, or why sameness of the hash proves nothing. */
  readonly because?: 'asks the database' | 'reads the run' | 'cannot be rendered yet';
  /** The rendered select; empty for seeds. */
  readonly sql: string;
}

export interface FingerprintOptions {
  readonly manifest: Manifest;
  readonly renderer: Renderer;
  readonly flags: RunFlags;
}

/**
 * What a node is, apart from its data: its SQL with placeholders for relations, its config, constraints and hooks
 * with the macros they may call, the materialisation and the strategy if the project wrote them. A seed is its file.
 */
export async function fingerprint(node: ManifestNode, options: FingerprintOptions): Promise<Fingerprint> {
  const adapter = new PlanningAdapter();
  let sql = '';
  let volatile = false;
  if (node.resource_type !== 'seed') {
    try {
      const compiled = await options.renderer.compile(node, placeholders(adapter, options));
      sql = compiled.compiledCode;
      volatile = compiled.volatile;
    } catch {
      return {
        hash: undefined,
        because: adapter.asked ? 'asks the database' : 'cannot be rendered yet',
        sql,
      };
    }
  }
  if (adapter.asked) return { hash: undefined, because: 'asks the database', sql };
  return {
    hash: await hashOf(node, sql, options),
    sql,
    ...(volatile && { because: 'reads the run' as const }),
  };
}

/** The fingerprint of a node whose SQL was rendered with placeholders for relations. */
export async function hashOf(node: ManifestNode, sql: string, options: FingerprintOptions): Promise<string> {
  const { config } = node;
  const hash = createHash('sha256');
  const hooks = [...config.pre_hook, ...config.post_hook];
  const own = [
    ...[options.renderer.materialization?.(config.materialized, config) ?? []].flat(),
    ...(options.renderer.strategy?.(config) ?? []),
  ].map((macro) => macro.node.unique_id);
  hash.update(
    JSON.stringify([
      engineVersion,
      sql,
      node.resource_type === 'seed' ? node.checksum.checksum : null,
      configText(config),
      Object.values(node.columns).map((column) => [column.name, column.data_type, column.constraints]),
      node.constraints ?? null,
      hooks.length > 0
        ? [macrosBehind(options.manifest, node.depends_on.macros), await renderedHooks(node, options)]
        : null,
      ...(own.length === 0 ? [] : [macrosBehind(options.manifest, own)]),
    ]),
  );
  return hash.digest('hex');
}

/** What hooks say, with the variables they read; null for one that asks the database. */
async function renderedHooks(
  node: ManifestNode,
  options: FingerprintOptions,
): Promise<readonly (string | null)[]> {
  const context = placeholders(new PlanningAdapter(), options);
  return Promise.all(
    [...node.config.pre_hook, ...node.config.post_hook].map(({ sql }) =>
      options.renderer.render(sql, context, node).catch(() => null),
    ),
  );
}

/** A context in which names stand for relations, and nothing of the run shows. */
function placeholders(adapter: PlanningAdapter, { flags }: FingerprintOptions): RunContext {
  const named = (identifier: string): RelationName => ({
    database: null,
    schema: placeholderSchema,
    identifier,
  });
  return {
    adapter,
    relationOf: named,
    thisRelation: named('this'),
    flags,
    invocationId: 'fingerprint',
    runStartedAt: new Date(0),
    batch: { id: '', start: new Date(0), end: new Date(0) },
  };
}

/** Most tests have one and the same config: it is put in order once. */
function configText(config: Readonly<Record<string, unknown>>): string {
  const written = JSON.stringify(config);
  const known = configTexts.get(written);
  if (known !== undefined) return known;
  const text = JSON.stringify(ordered(withoutWords(JSON.parse(written) as Record<string, unknown>)));
  if (configTexts.size >= 1000) configTexts.clear();
  configTexts.set(written, text);
  return text;
}

const configTexts = new Map<string, string>();

/** A config as far as it shapes the relation: tags, meta and docs do not. */
function withoutWords(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { tags: _tags, meta: _meta, docs: _docs, group: _group, access: _access, ...rest } = config;
  return rest;
}

/** Keys in order, so that two readings of one YAML agree. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, ordered(one)]),
  );
}

function macrosBehind(manifest: Manifest, roots: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const walk = (id: string): void => {
    if (seen.has(id)) return;
    seen.add(id);
    for (const next of manifest.macros[id]?.depends_on.macros ?? []) walk(next);
  };
  roots.forEach(walk);
  return [...seen].sort().map((id) => `${id}:${manifest.macros[id]?.macro_sql ?? ''}`);
}
