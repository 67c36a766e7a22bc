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

/** Node → column → the columns one step up that its value comes from. In `artifacts` under the kind `lineage`. */
export type Lineage = Readonly<Record<string, Readonly<Record<string, readonly ColumnId[]>>>>;

/**
 * Column lineage of a whole generation: what this run compiled is read anew, the rest is kept from the generation
 * before. A node whose SQL cannot be followed (a seed, a custom materialisation of several statements) has no entry.
 */
export async function readLineage(
  database: Queryable,
  manifest: Manifest,
  nodes: readonly MappedNode[],
  catalog: Catalog,
  compiled: ReadonlyMap<string, string>,
  before: Lineage,
): Promise<Lineage> {
  const kept = nodes.flatMap(({ nodeId }) => (before[nodeId] ? [[nodeId, before[nodeId]] as const] : []));
  if (compiled.size === 0) return Object.fromEntries(kept);
  const owners = new Map<string, string>();
  const columns = new Map<string, readonly string[]>();
  for (const { nodeId, schema, name, relation } of nodes) {
    // a literal name of a stable view reads the node too
    owners.set(key(schema, name), nodeId);
    owners.set(key(relation.schema, relation.name), nodeId);
  }
  for (const relation of catalog.relations) {
    columns.set(
      relation.nodeId,
      relation.columns.map((column) => column.name),
    );
  }
  const sources = Object.values(manifest.sources);
  const described = await describeRelations(
    database,
    sources.map(({ schema, identifier }) => ({ schema, name: identifier })),
  );
  for (const { unique_id: id, schema, identifier } of sources) {
    owners.set(key(schema, identifier), id);
    const found = described.find((one) => one.schema === schema && one.name === identifier);
    columns.set(id, found?.columns.map((column) => column.name) ?? []);
  }
  const columnsOf = (schema: string | undefined, name: string): readonly string[] | undefined => {
    const owner = schema === undefined ? undefined : owners.get(key(schema, name));
    return owner === undefined ? undefined : columns.get(owner);
  };
  const owned = ({ schema, relation, column }: Origin): ColumnId[] => {
    const owner = owners.get(key(schema ?? '', relation));
    return owner === undefined ? [] : [[owner, column]];
  };
  return Object.fromEntries(
    nodes.flatMap(({ nodeId }) => {
      const sql = compiled.get(nodeId);
      const statement = sql === undefined ? undefined : onlyStatement(sql);
      if (!statement) return before[nodeId] ? [[nodeId, before[nodeId]] as const] : [];
      const found = columnLineage(statement.tree, columnsOf);
      return [
        [
          nodeId,
          Object.fromEntries(found.columns.map(({ name, from }) => [name, from.flatMap(owned)])),
        ] as const,
      ];
    }),
  );
}

function onlyStatement(sql: string): Statement | undefined {
  const [statement, ...more] = parseSql(sql, 'compiled');
  return more.length === 0 ? statement : undefined;
}

function key(schema: string, name: string): string {
  return JSON.stringify([schema, name]);
}
