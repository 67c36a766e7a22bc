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

/** What compiled SQL may name, and the columns it finds there. */
export class LineageNames {
  private readonly owners = new Map<string, string>();
  private readonly columns = new Map<string, readonly string[]>();

  /** The sources of a project, as the database has them. */
  static async ofSources(database: Queryable, manifest: Manifest): Promise<LineageNames> {
    const names = new LineageNames();
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

  /** Undefined where the SQL cannot be followed: several statements of a custom materialisation. */
  lineageOf(sql: string): NodeLineage | undefined {
    const statement = onlyStatement(sql);
    if (!statement) return undefined;
    const found = columnLineage(statement.tree, (schema, name) => {
      const owner = schema === undefined ? undefined : this.owners.get(key(schema, name));
      return owner === undefined ? undefined : this.columns.get(owner);
    });
    const owned = ({ schema, relation, column }: Origin): ColumnId[] => {
      const owner = this.owners.get(key(schema ?? '', relation));
      return owner === undefined ? [] : [[owner, column]];
    };
    return Object.fromEntries(found.columns.map(({ name, from }) => [name, from.flatMap(owned)]));
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
  before: Lineage,
  ahead: LineageAhead | undefined,
): Promise<Lineage> {
  const known = ahead && agrees(ahead, catalog) ? ahead.found : new Map<string, NodeLineage | undefined>();
  let names: LineageNames | undefined;
  if ([...compiled.keys()].some((id) => !known.has(id))) {
    names = ahead?.names ?? (await LineageNames.ofSources(database, manifest));
    names.setNodes(nodes, catalog);
  }
  return Object.fromEntries(
    nodes.flatMap(({ nodeId }) => {
      const sql = compiled.get(nodeId);
      const read = sql === undefined || known.has(nodeId) ? undefined : names?.lineageOf(sql);
      const lineage = read ?? known.get(nodeId) ?? before[nodeId];
      return lineage ? [[nodeId, lineage] as const] : [];
    }),
  );
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
