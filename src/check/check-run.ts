import { isDeepStrictEqual } from 'node:util';
import type { Artifacts } from '../build/publish/artifacts.js';
import { physicalOf, toCatalog } from '../build/publish/read-catalog.js';
import { provenFacts } from '../build/publish/proven-facts.js';
import { hasRelation } from '../build/run/has-relation.js';
import { placeKey } from '../build/views/read-columns.js';
import { ThauError } from '../errors/thau-error.js';
import { describeRelations } from '../postgres/catalog.js';
import type { ManifestNode } from '../project/manifest.js';
import type { Catalog, CatalogRelation, SdlSource } from '../schema/catalog.js';
import { metricsArtifact } from '../semantic/metrics-artifact.js';
import type { MetricsArtifact } from '../semantic/bound-metrics.js';
import { checkNodes, type CheckNodesOptions, type NodesChecked } from './check-nodes.js';

export interface CheckRunOptions extends CheckNodesOptions {
  readonly sdl: readonly SdlSource[];
  /** What the published generation handed the API: over the same columns it need not be held again. */
  readonly before: Artifacts;
  /** Holds SDL and operations against relations and metrics; throws what is wrong. */
  readonly checkSchema: (catalog: Catalog, metrics: MetricsArtifact) => unknown;
}

export interface RunChecked extends NodesChecked {
  /** What is wrong with SDL, metrics or operations, given the columns that nodes will have. */
  readonly schemaFault?: ThauError;
}

/**
 * Everything that can be known before anything is built: each node's SQL, names, types and contract; then metrics, the
 * GraphQL schema and the operations over the columns that the nodes will have. Schema and metrics are held only against
 * a whole warehouse: while a column is unknown, the publish does it.
 */
export async function checkRun(options: CheckRunOptions): Promise<RunChecked> {
  const checked = await checkNodes(options);
  const catalog = await futureCatalog(options, checked);
  if (!catalog) return checked;
  const { before, sdl } = options;
  const { artifact, errors } = metricsArtifact(options.scope.options.manifest, catalog.relations);
  const [first] = errors;
  if (first) return { ...checked, schemaFault: first };
  const same = checked.changed.size === 0 && isDeepStrictEqual(sdl, before['sdl']);
  if (same && isDeepStrictEqual(plain(artifact), before['metrics'])) return checked;
  try {
    await options.checkSchema(catalog, artifact);
    return checked;
  } catch (error) {
    if (error instanceof ThauError) return { ...checked, schemaFault: error };
    throw error;
  }
}

/** The catalog of the generation that the run would publish; undefined while a column is not known. */
async function futureCatalog(
  { scope, published, database }: CheckRunOptions,
  { columns, findings, waiting }: NodesChecked,
): Promise<Catalog | undefined> {
  if (findings.length + waiting.size > 0) return undefined;
  const { manifest } = scope.options;
  const nodes = Object.values(manifest.nodes).filter(hasRelation);
  const tests = Object.values(manifest.nodes).filter((node) => node.resource_type === 'test');
  const facts = provenFacts(manifest, new Set(tests.map((test) => test.unique_id)));
  const before = new Map(published?.relations.map((relation) => [relation.nodeId, relation]));
  // a retried run has candidates that no catalog tells of
  const reused = [...scope.candidates()].filter(([id]) => !columns.has(id));
  const described =
    reused.length === 0
      ? []
      : await describeRelations(
          database,
          reused.map(([, relation]) => relation),
        );
  const candidates = new Map(described.map((one) => [placeKey(one), physicalOf(one)]));
  const relations: CatalogRelation[] = [];
  for (const node of nodes) {
    const old = before.get(node.unique_id);
    const future = columns.get(node.unique_id);
    const candidate = scope.candidates().get(node.unique_id);
    const physical = future
      ? {
          columns: future.map(({ name, type }) => ({ name, type, notNull: promises(node, name) })),
          unique: [...(old?.unique ?? []), ...promisedKeys(node)],
          indexes: old?.indexes ?? [],
          estimatedRows: old?.estimatedRows ?? -1,
        }
      : candidate
        ? candidates.get(placeKey(candidate))
        : old;
    if (!physical) return undefined;
    const place = scope.currentRelation(node.unique_id) ?? {
      schema: node.schema,
      name: node.alias,
      kind: kindOf(node),
    };
    relations.push(toCatalog(node, place, physical, facts.get(node.unique_id)));
  }
  return { relations };
}

/** As it comes back from the database. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function kindOf(node: ManifestNode): CatalogRelation['kind'] {
  const { materialized } = node.config;
  return materialized === 'view'
    ? 'view'
    : materialized === 'materialized_view'
      ? 'materialized view'
      : 'table';
}

function promises(node: ManifestNode, column: string): boolean {
  return (node.columns[column]?.constraints ?? []).some(
    ({ type }) => type === 'not_null' || type === 'primary_key',
  );
}

/** Column lists that constraints and unique indexes of the config will prove unique. */
function promisedKeys(node: ManifestNode): readonly (readonly string[])[] {
  const isKey = (one: Readonly<Record<string, unknown>>): boolean =>
    one['type'] === 'primary_key' || one['type'] === 'unique';
  const ofColumns = Object.values(node.columns).flatMap((column) =>
    column.constraints.some(isKey) ? [[column.name]] : [],
  );
  const lists = [
    ...(node.constraints ?? []).filter(isKey),
    ...(Array.isArray(node.config['indexes'])
      ? (node.config['indexes'] as Readonly<Record<string, unknown>>[]).filter(
          (index) => index['unique'] === true,
        )
      : []),
  ];
  return [
    ...ofColumns,
    ...lists.flatMap(({ columns }) => (Array.isArray(columns) ? [columns.map(String)] : [])),
  ];
}
