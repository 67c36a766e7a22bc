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
  const earlier = new Map(before?.relations.map((relation) => [relation.nodeId, relation]));
  // a relation never changes once it is published
  const known = (mapped: MappedNode): CatalogRelation | undefined => {
    const old = earlier.get(mapped.nodeId);
    return old?.schema === mapped.relation.schema && old.name === mapped.relation.name ? old : undefined;
  };
  const unknown = nodes.filter((mapped) => !known(mapped)).map((mapped) => mapped.relation);
  const described = new Map(
    (unknown.length === 0 ? [] : await describeRelations(database, unknown.map(behind))).map((one) => [
      placeKey(one),
      one,
    ]),
  );
  const facts = provenFacts(manifest, passed);
  const relations = nodes.flatMap((mapped): CatalogRelation[] => {
    const description = described.get(placeKey(behind(mapped.relation)));
    const physical = known(mapped) ?? (description && physicalOf(description));
    const node = manifest.nodes[mapped.nodeId];
    return physical && node ? [toCatalog(node, mapped.relation, physical, facts.get(mapped.nodeId))] : [];
  });
  return { relations };
}

/** Where a relation's constraints, indexes and statistics are. */
function behind({ schema, name, store }: Relation): { readonly schema: string; readonly name: string } {
  return store ? { schema: store.schema, name: store.table } : { schema, name };
}

/** What does not depend on the project's files. */
export type Physical = Pick<CatalogRelation, 'columns' | 'unique' | 'indexes' | 'estimatedRows'>;

export function physicalOf(description: RelationDescription): Physical {
  return {
    columns: description.columns.map(({ name, type, notNull }) => ({ name, type, notNull })),
    unique: uniqueColumns(description),
    indexes: distinctLists(indexedColumns(description)),
    estimatedRows: description.estimatedRows,
  };
}

/** A node as the catalog has it: what the database says, and what files and tests say of it. */
export function toCatalog(
  node: ManifestNode,
  relation: MappedNode['relation'],
  physical: Physical,
  facts: ProvenFacts | undefined,
): CatalogRelation {
  const documented = new Map(
    Object.values(node.columns).map((column) => [column.name.toLowerCase(), column]),
  );
  const columns = physical.columns
    .filter((column) => relation.store === undefined || column.name !== fromColumn)
    .map((column): CatalogColumn => {
      const text = documented.get(column.name.toLowerCase())?.description ?? '';
      const accepted = facts?.acceptedValues.get(column.name) ?? column.acceptedValues;
      return {
        name: column.name,
        type: column.type,
        notNull: column.notNull || (facts?.notNull.has(column.name) ?? false),
        ...(text !== '' && { description: text }),
        ...(accepted && { acceptedValues: accepted }),
      };
    });
  return {
    model: node.name,
    nodeId: node.unique_id,
    ...(node.description !== '' && { description: node.description }),
    schema: relation.schema,
    name: relation.name,
    kind: holdsRows(relation) ? 'table' : relation.kind,
    columns,
    unique: distinctLists([...physical.unique, ...(facts?.unique ?? [])]),
    indexes: physical.indexes,
    estimatedRows: physical.estimatedRows,
    ...(Object.keys(node.meta).length > 0 && { meta: node.meta }),
  };
}

function distinctLists(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(lists.map((list) => [list.join('\0'), list])).values()];
}
