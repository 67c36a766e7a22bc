import type { Queryable } from '../../postgres/queryable.js';
import type { Manifest, ManifestNode, NodeConfig } from '../../project/manifest.js';
import { configError } from '../materialisations/config-error.js';
import type { Generation, MappedNode } from '../publish/generation.js';
import { holdsRows } from '../relation.js';
import { whyTable } from './why-table.js';

/** How an incremental model or a snapshot is brought up to date: `docs/runs.md`. */
export interface PhysicalPath {
  /** `whole`: made anew. */
  readonly path: 'whole' | 'clone' | 'versioned';
  readonly because: string;
  /** A table of so many rows that this run makes is versioned from then on; undefined where it must be a table. */
  readonly least?: number;
}

export type PathWish = 'auto' | 'clone' | 'versioned';

/** What the command line and thau.yml say. */
export interface PathSettings {
  /** `--incremental-path`: for every node. */
  readonly asked?: PathWish | undefined;
  /** `runs.incremental_path`: for nodes whose config says nothing. */
  readonly path?: PathWish | undefined;
  /** `runs.versioned_from`: from so many rows on `auto` is versioned. */
  readonly versionedFrom?: number | undefined;
}

export const versionedFrom = 100_000;

export interface PathQuestion {
  readonly manifest: Manifest;
  readonly current: Generation;
  readonly fullRefresh: boolean;
  readonly settings: PathSettings;
  /** Whether the project wrote this materialization itself. */
  readonly isOwn: (config: NodeConfig) => boolean;
  /** Of nodes that another reads in a way only a table can be read: which. */
  readonly readAsTables: ReadonlyMap<string, string>;
}

/** The path of each of these nodes that has one; the others are neither incremental nor snapshots. */
export async function choosePaths(
  database: Queryable,
  nodes: readonly ManifestNode[],
  question: PathQuestion,
): Promise<ReadonlyMap<string, PhysicalPath>> {
  const growing = nodes.filter(
    ({ config, resource_type: type }) =>
      (type === 'snapshot' || config.materialized === 'incremental') && !question.isOwn(config),
  );
  if (growing.length === 0) return new Map();
  const sizes = await readSizes(
    database,
    growing.flatMap((node) => question.current.nodes.get(node.unique_id) ?? []),
  );
  return new Map(growing.map((node) => [node.unique_id, choosePath(node, question, sizes)]));
}

function choosePath(
  node: ManifestNode,
  question: PathQuestion,
  sizes: ReadonlyMap<string, number>,
): PhysicalPath {
  const { settings, current } = question;
  const own = wishOf(node);
  const [wish, says] = settings.asked
    ? [settings.asked, 'asked for by --incremental-path']
    : own
      ? [own, 'its config says so']
      : [settings.path ?? 'auto', 'runs.incremental_path says so'];
  const mapped = current.nodes.get(node.unique_id);
  const mustBeTable = wish === 'clone' ? undefined : whyTable(node, question);
  const from = settings.versionedFrom ?? versionedFrom;
  const least = wish === 'clone' || mustBeTable !== undefined ? undefined : wish === 'versioned' ? 0 : from;
  const withLeast = least === undefined ? {} : { least };
  const clone = (because: string): PhysicalPath => ({ path: 'clone', because, ...withLeast });
  if (isMade(node, mapped, question)) {
    return { path: 'whole', because: mapped ? 'a full refresh' : 'is new', ...withLeast };
  }
  if (wish === 'clone') return clone(says);
  if (mustBeTable !== undefined) return clone(mustBeTable);
  const rows = sizes.get(node.unique_id) ?? 0;
  const size = `about ${Math.max(0, Math.round(rows)).toLocaleString('en')} rows`;
  if (!mapped?.relation.store) {
    if (wish === 'versioned') return clone(`${says}: copied once more, versioned from then on`);
    return clone(rows < from ? size : `${size}: copied once more, versioned from then on`);
  }
  if (wish === 'versioned') return { path: 'versioned', because: says, ...withLeast };
  // not to and fro around the limit
  return rows < from / 2 ? clone(`only ${size}`) : { path: 'versioned', because: size, ...withLeast };
}

/** Made whole rather than added to. */
function isMade(node: ManifestNode, mapped: MappedNode | undefined, question: PathQuestion): boolean {
  if (!mapped || !holdsRows(mapped.relation)) return true;
  if (node.resource_type === 'snapshot') return false;
  const own: unknown = node.config['full_refresh'];
  return typeof own === 'boolean' ? own : question.fullRefresh;
}

/** `incremental_path` in a node's config, or in its `meta`, where dbt wants names of others. */
function wishOf(node: ManifestNode): PathWish | undefined {
  const wish: unknown = node.config['incremental_path'] ?? node.config.meta['incremental_path'];
  if (wish === undefined || wish === null) return undefined;
  if (wish === 'auto' || wish === 'clone' || wish === 'versioned') return wish;
  throw configError(
    node,
    `incremental_path is ${JSON.stringify(wish)}`,
    'It is auto, clone or versioned; docs/runs.md says what they are.',
  );
}

/** Rows as PostgreSQL estimates them. */
async function readSizes(
  database: Queryable,
  mapped: readonly MappedNode[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query<{ id: string; rows: number }>(
    `select w.id, greatest(c.reltuples, 0)::float8 as rows
     from unnest($1::text[], $2::text[], $3::text[]) as w (id, schema, name)
     join pg_namespace as n on n.nspname = w.schema
     join pg_class as c on c.relnamespace = n.oid and c.relname = w.name`,
    [
      mapped.map((one) => one.nodeId),
      mapped.map(({ relation }) => relation.store?.schema ?? relation.schema),
      mapped.map(({ relation }) => relation.store?.table ?? relation.name),
    ],
  );
  return new Map(rows.map((row) => [row.id, row.rows]));
}
