import { contractColumns, contractSelect } from '../build/materialisations/contract.js';
import { selectBody, withoutSemicolon } from '../build/materialisations/select-body.js';
import { historyColumns } from '../build/materialisations/snapshot.js';
import { sqlName } from '../build/relation.js';
import type { ManifestNode } from '../project/manifest.js';
import type { Place } from './scratch.js';

/**
 * What tells the server's opinion of a node's SQL: a view in its place. A view's definition is analysed and kept as it
 * stands; to prepare or explain it instead would expand all the views below it, which grows without bounds. An enforced
 * contract becomes a view too, so that types are compared as PostgreSQL spells them.
 */
export function statementsOf(node: ManifestNode, sql: string, place: Place): readonly string[] {
  if (node.resource_type === 'test') {
    return [
      `create view ${sqlName(place)} as select count(*) as failures from ${selectBody(sql)} as failing`,
    ];
  }
  const body =
    node.resource_type === 'snapshot'
      ? historyColumns(node, node.config, sql)
      : `(\n${withoutSemicolon(sql)}\n)`;
  const contract = contractColumns(node);
  return [
    `create view ${sqlName(place)} as ${body}`,
    ...(contract && contract.length > 0
      ? [`create view ${sqlName(contractPlace(place))} as ${contractSelect(contract)}`]
      : []),
  ];
}

/** Where the columns stand that a contract promises. */
export function contractPlace(place: Place): Place {
  return { schema: place.schema, name: `${place.name.slice(0, 40)} (contract)` };
}
