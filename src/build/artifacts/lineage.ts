import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { describeRelations } from '../../postgres/catalog.js';
import type { Queryable } from '../../postgres/queryable.js';
import type { Manifest } from '../../project/manifest.js';
import type { Catalog } from '../../schema/catalog.js';
import { columnLineage } from '../../sql/lineage/column-lineage.js';
import type { Origin } from '../../sql/lineage/scope.js';
import { parseSql, type Statement } from '../../sql/parse-sql.js';
import type { MappedNode } from '../publish/generation.js';

/** A column of a node or source: `[unique id, column]`. */
export type ColumnId = readonly [node: string, column: string];

/** What one node's columns come from: column → the columns one step up. */
export type NodeLineage = Readonly<Record<string, readonly ColumnId[]>>;

/** Node → column → the columns one step up that its value comes from. In `artifacts` under the kind `lineage`. */
export type Lineage = Readonly<Record<string, NodeLineage>>;

/** Lineage of the generation before, and what it was read from. */
export interface LineageBefore {
  readonly lineage: Lineage;
  readonly proofs: LineageProofs;
}

/** Grows when a change of thau reads another lineage from the same SQL. */
const lineageVersion = 1;

/** What a node's lineage was read from. */
export interface LineageProof {
  /** The fingerprint of its SQL. */
  readonly print: string;
  /** Nodes and sources that it reads, and places that nobody owns. */
  readonly names: readonly string[];
  /** A digest of their columns. */
  readonly columns: string;
}

/** In `artifacts` under the kind `lineage_proofs`. */
export type LineageProofs = Readonly<Record<string, LineageProof>>;

/** Of the artifacts of a generation. */
export function lineageBefore(artifacts: Readonly<Record<string, unknown>>): LineageBefore {
  return {
    lineage: (artifacts['lineage'] ?? {}) as Lineage,
    proofs: (artifacts['lineage_proofs'] ?? {}) as LineageProofs,
  };
}

/** What compiled SQL may name, and the columns it finds there. */
export class LineageNames {
  /** Of what was followed, or found to be as before. */
  readonly proofs: Record<string, LineageProof> = {};
  private readonly owners = new Map<string, string>();
  private readonly columns = new Map<string, readonly string[]>();

  constructor(private readonly before: LineageBefore) {}

  /** The sources of a project, as the database has them. */
  static async ofSources(
    database: Queryable,
    manifest: Manifest,
    before: LineageBefore,
  ): Promise<LineageNames> {
    const names = new LineageNames(before);
    const sources = Object.values(manifest.sources);
    const described = await describeRelations(
      database,
      sources.map(({ schema, identifier }) => ({ schema, name: identifier })),
    );
    const found = new Map(described.map((one) => [key(one.schema, one.name), one]));
    for (const { unique_id: id, schema, identifier } of sources) {
      const columns = found.get(key(schema, identifier))?.columns ?? [];
      names.set(
        id,
        [{ schema, name: identifier }],
        columns.map((column) => column.name),
      );
    }
    return names;
  }

  set(
    id: string,
    places: readonly { readonly schema: string; readonly name: string }[],
    columns: readonly string[],
  ): void {
    for (const { schema, name } of places) this.owners.set(key(schema, name), id);
    this.columns.set(id, columns);
  }

  /** Nodes of a generation: by the stable view's name too, which SQL may name literally. */
  setNodes(nodes: Iterable<MappedNode>, catalog: Catalog | undefined): void {
    const columns = new Map(catalog?.relations.map((one) => [one.nodeId, one.columns]));
    for (const { nodeId, schema, name, relation } of nodes) {
      const known = columns.get(nodeId)?.map((column) => column.name) ?? [];
      this.set(nodeId, [{ schema, name }, relation], known);
    }
  }

  /**
   * Undefined where the SQL cannot be followed: several statements of a custom materialisation. `print` tells the SQL
   * apart from others, whatever its relations are called in this run: the same over the same columns is not read again.
   */
  lineageOf(nodeId: string, sql: string, print: string | undefined): NodeLineage | undefined {
    const known = this.before.lineage[nodeId];
    const proof = this.before.proofs[nodeId];
    if (known && proof && proof.print === print && proof.columns === this.columnsText(proof.names)) {
      this.proofs[nodeId] = proof;
      return known;
    }
    const statement = onlyStatement(sql);
    if (!statement) return undefined;
    const asked = new Set<string>();
    const found = columnLineage(statement.tree, (schema, name) => {
      if (schema === undefined) return undefined;
      const place = key(schema, name);
      const owner = this.owners.get(place);
      asked.add(owner ?? place);
      return owner === undefined ? undefined : this.columns.get(owner);
    });
    if (print !== undefined) {
      const names = [...asked].sort();
      this.proofs[nodeId] = { print, names, columns: this.columnsText(names) };
    }
    const owned = ({ schema, relation, column }: Origin): ColumnId[] => {
      const owner = this.owners.get(key(schema ?? '', relation));
      return owner === undefined ? [] : [[owner, column]];
    };
    return Object.fromEntries(found.columns.map(({ name, from }) => [name, from.flatMap(owned)]));
  }

  /** The columns of nodes and sources, and who owns the places that nobody did, as one digest. */
  private columnsText(names: readonly string[]): string {
    const columns = names.map((name) => this.columns.get(name) ?? this.owners.get(name) ?? null);
    return createHash('sha256')
      .update(JSON.stringify([lineageVersion, columns]))
      .digest('base64');
  }
}

/** Lineage that was read while the run went on. */
export interface LineageAhead {
  readonly names: LineageNames;
  /** By node; undefined for SQL that cannot be followed. */
  readonly found: ReadonlyMap<string, NodeLineage | undefined>;
  /** The columns it was read by. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
}

/**
 * Column lineage of a whole generation: what this run compiled is read anew, unless it was `ahead` by the columns that
 * the catalog has too; the rest is kept from the generation before. A node whose SQL cannot be followed (a seed) has no
 * entry.
 */
export async function readLineage(
  database: Queryable,
  manifest: Manifest,
  nodes: readonly MappedNode[],
  catalog: Catalog,
  compiled: ReadonlyMap<string, string>,
  before: LineageBefore,
  ahead: LineageAhead | undefined,
  print: (nodeId: string) => string | undefined,
): Promise<LineageBefore> {
  const known = ahead && agrees(ahead, catalog) ? ahead.found : new Map<string, NodeLineage | undefined>();
  let names: LineageNames | undefined;
  if ([...compiled.keys()].some((id) => !known.has(id))) {
    names = ahead?.names ?? (await LineageNames.ofSources(database, manifest, before));
    names.setNodes(nodes, catalog);
  }
  const lineage: Record<string, NodeLineage> = {};
  const proofs: Record<string, LineageProof> = {};
  for (const { nodeId } of nodes) {
    const sql = compiled.get(nodeId);
    const isRead = sql !== undefined && !known.has(nodeId);
    const read = isRead ? names?.lineageOf(nodeId, sql, print(nodeId)) : undefined;
    const found = read ?? known.get(nodeId) ?? before.lineage[nodeId];
    if (found) lineage[nodeId] = found;
    // of what was not followed in this run it holds as long as the lineage does
    const proof =
      (names ?? ahead?.names)?.proofs[nodeId] ?? (sql === undefined ? before.proofs[nodeId] : undefined);
    if (found && proof) proofs[nodeId] = proof;
  }
  return { lineage, proofs };
}

function agrees({ columns }: LineageAhead, catalog: Catalog): boolean {
  return catalog.relations.every(({ nodeId, columns: now }) => {
    const then = columns.get(nodeId);
    return (
      !then ||
      isDeepStrictEqual(
        then,
        now.map((column) => column.name),
      )
    );
  });
}

function onlyStatement(sql: string): Statement | undefined {
  const [statement, ...more] = parseSql(sql, 'compiled');
  return more.length === 0 ? statement : undefined;
}

function key(schema: string, name: string): string {
  return JSON.stringify([schema, name]);
}
