import type { ManyField } from '../schema/bound-schema.js';
import { readArguments } from './arguments.js';
import { collect, type Selected } from './collect.js';
import { cursorCondition } from './cursor.js';
import { deeper, type EmitContext, type FieldSite } from './emit-context.js';
import { narrowed } from './emit-list.js';
import { metricRowsStatement } from './emit-metrics.js';
import { holdIndexes } from './index-guard.js';
import { orderSql, sortColumns } from './order.js';
import { requestError } from './request-error.js';
import { whereSql } from './rows.js';
import { concatenation } from './text-parts.js';

/**
 * The rows of a root field as a statement of one column, their JSON: what a list, the edges of a connection, or metrics
 * would hold. A reader takes them as they come, so neither side holds all of them.
 */
export function emitRowStream(context: EmitContext, root: Selected | undefined): string {
  const field = root === undefined ? undefined : context.bound.types['Query']?.fields[root.name];
  const site = root?.site;
  if (root && site && field?.kind === 'many') return manyRows(context, field, root, site);
  if (site && field?.kind === 'metrics') return metricRowsStatement(context, site);
  throw requestError('QUERY_ARGUMENT', 'the operation has no list of rows at its root');
}

function manyRows(context: EmitContext, field: ManyField, root: Selected, site: FieldSite): string {
  const given = readArguments(site.definition, site.node, context.inputs);
  const source = narrowed(context, field, site, undefined, given);
  const order = sortColumns(context, source.row, field, given.get('orderBy'));
  holdIndexes(context, source.row, given, order, site.node, field.where);
  const where = [...source.where];
  const after = given.get('after');
  if (after?.kind === 'leaf') where.push(cursorCondition(context, source.row, order, after.read, 'after'));
  const nodes = field.shape === 'list' ? root.nodes : nodesOf(context, field, root);
  const row = concatenation(context.emitRow(deeper(context, site.node), field.target, nodes, source.row));
  const first = given.get('first');
  if (first?.kind === 'leaf' && (first.value as number) < 0) {
    throw requestError('QUERY_ARGUMENT', 'first must not be negative', { node: site.node });
  }
  // the statement is planned for this request alone, so the number may stand in it
  const limit = first?.kind === 'leaf' ? ` limit ${Number(first.value)}` : '';
  return `select ${row} from ${source.from}${whereSql(where)} order by ${orderSql(order, source.row.alias)}${limit}`;
}

/** What is asked of the nodes of a connection. */
function nodesOf(context: EmitContext, field: ManyField, root: Selected): Selected['nodes'] {
  const edges = collect(context, `${field.target}Connection`, root.nodes).filter(
    ({ name }) => name === 'edges',
  );
  return edges
    .flatMap((item) => collect(context, `${field.target}Edge`, item.nodes))
    .filter(({ name }) => name === 'node')
    .flatMap(({ nodes }) => nodes);
}
