import {
  describeRelations,
  indexedColumns,
  uniqueColumns,
  type RelationDescription,
} from '../../postgres/catalog.js';
import type { Queryable } from '../../postgres/queryable.js';
import type { Manifest, ManifestNode } from '../../project/manifest.js';
import type { Catalog, CatalogColumn, CatalogRelation } from '../../schema/catalog.js';
import { holdsRows, type Relation } from '../relation.js';
import { fromColumn } from '../versioned/version-text.js';
import { placeKey } from '../views/read-columns.js';
import type { MappedNode } from './generation.js';
import { provenFacts, type ProvenFacts } from './proven-facts.js';

/**
 * What the API learns of a generation: columns and types as PostgreSQL has them, with what constraints and passed
 * tests prove. `passed` are the tests of this run; facts about relations that are carried forward come from the
 * catalog of the generation before.
 */
export async function readCatalog(
  database: Queryable,
  manifest: Manifest,
  nodes: readonly MappedNode[],
  passed: ReadonlySet<string>,
  before: Catalog | undefined,
): Promise<Catalog> {
  const described = new Map(
    (
      await describeRelations(
        database,
        nodes.map((node) => behind(node.relation)),
      )
    ).map((one) => [placeKey(one), one]),
  );
  const facts = provenFacts(manifest, passed);
  const earlier = new Map(before?.relations.map((relation) => [relation.nodeId, relation]));
  const relations = nodes.flatMap((mapped): CatalogRelation[] => {
    const description = described.get(placeKey(behind(mapped.relation)));
    const node = manifest.nodes[mapped.nodeId];
    if (!description || !node) return [];
    const old = earlier.get(mapped.nodeId);
    const same =
      old?.schema === mapped.relation.schema && old.name === mapped.relation.name ? old : undefined;
    return [toCatalog(node, mapped, description, facts.get(mapped.nodeId), same)];
  });
  return { relations };
}

/** Where a relation's constraints, indexes and statistics are. */
function behind({ schema, name, store }: Relation): { readonly schema: string; readonly name: string } {
  return store ? { schema: store.schema, name: store.table } : { schema, name };
}

function toCatalog(
  node: ManifestNode,
  mapped: MappedNode,
  description: RelationDescription,
  facts: ProvenFacts | undefined,
  old: CatalogRelation | undefined,
): CatalogRelation {
  const documented = new Map(
    Object.values(node.columns).map((column) => [column.name.toLowerCase(), column]),
  );
  const oldColumns = new Map(old?.columns.map((column) => [column.name, column]));
  const shown = description.columns.filter(
    (column) => mapped.relation.store === undefined || column.name !== fromColumn,
  );
  const columns = shown.map((column): CatalogColumn => {
    const text = documented.get(column.name.toLowerCase())?.description ?? '';
    const accepted = facts?.acceptedValues.get(column.name) ?? oldColumns.get(column.name)?.acceptedValues;
    return {
      name: column.name,
      type: column.type,
      notNull:
        column.notNull ||
        (facts?.notNull.has(column.name) ?? false) ||
        (oldColumns.get(column.name)?.notNull ?? false),
      ...(text !== '' && { description: text }),
      ...(accepted && { acceptedValues: accepted }),
    };
  });
  return {
    model: node.name,
    nodeId: mapped.nodeId,
    ...(node.description !== '' && { description: node.description }),
    schema: mapped.relation.schema,
    name: mapped.relation.name,
    kind: holdsRows(mapped.relation) ? 'table' : mapped.relation.kind,
    columns,
    unique: distinctLists([...uniqueColumns(description), ...(facts?.unique ?? []), ...(old?.unique ?? [])]),
    indexes: distinctLists(indexedColumns(description)),
    estimatedRows: description.estimatedRows,
    ...(Object.keys(node.meta).length > 0 && { meta: node.meta }),
  };
}

function distinctLists(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(lists.map((list) => [list.join('\0'), list])).values()];
}
