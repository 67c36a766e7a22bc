import type { BoundRelation, Join, ViaJoin } from '../schema/bound-schema.js';
import { quoteName } from '../schema/names.js';
import { relationOf, rowType, type EmitContext, type Row } from './emit-context.js';
import { requestError } from './request-error.js';
import { mapped, wellFormed } from './statement-builder.js';
import { quoteText } from './text-parts.js';

/** Rows of a relation as they stand in a FROM clause, with the conditions that make them the wanted ones. */
export interface RowSource {
  readonly row: Row;
  readonly from: string;
  readonly where: readonly string[];
}

/** `t1.customer_id`. */
export const columnSql = (alias: string, column: string): string => `${alias}.${plainName(column)}`;

const reserved = new Set(
  'all and any array as asc both case cast check collate column constraint create current_date current_time current_timestamp current_user default desc distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit localtime localtimestamp not null offset on only or order placing primary references returning select session_user some symmetric table then to trailing true union unique user using variadic when where window with'.split(
    ' ',
  ),
);

/** A name without quotes where PostgreSQL needs none. */
export const plainName = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name) ? name : quoteName(name);

/** The rows of `typeName` that belong to `parent` (all of them for a root). */
export function rowsOf(
  context: EmitContext,
  typeName: string,
  parent: Row | undefined,
  on: readonly Join[],
  via?: ViaJoin,
): RowSource {
  const type = rowType(context, typeName);
  const relation = relationOf(context, type.model);
  const alias = context.builder.alias();
  const row: Row = { alias, type, relation };
  const where = rowConditions(context, relation, alias);
  if (type.kind === 'object' && type.variant) {
    where.push(`${columnSql(alias, type.variant.column)}=${quoteText(type.variant.value)}`);
  }
  let from = `${relation.from} ${alias}`;
  if (via && parent) {
    const tie = viaRelation(context, via);
    const match = via.to.map((join) => `${columnSql(alias, join.to)}=${columnSql(tie.alias, join.from)}`);
    const belongs = via.from.map(
      (join) => `${columnSql(tie.alias, join.to)}=${columnSql(parent.alias, join.from)}`,
    );
    if (tie.unique) {
      from += ` join ${tie.from} on ${match.join(' and ')}`;
      where.unshift(...belongs, ...tie.where);
    } else {
      // two ties between the same rows must not show a row twice
      where.unshift(
        `exists(select 1 from ${tie.from} where ${[...belongs, ...match, ...tie.where].join(' and ')})`,
      );
    }
  } else if (parent) {
    where.unshift(...on.map((join) => `${columnSql(alias, join.to)}=${columnSql(parent.alias, join.from)}`));
  }
  return { row, from, where };
}

function viaRelation(
  context: EmitContext,
  via: ViaJoin,
): { alias: string; from: string; where: string[]; unique: boolean } {
  const relation = relationOf(context, via.model);
  const alias = context.builder.alias();
  const where = rowConditions(context, relation, alias);
  const ties = [...via.from.map((join) => join.to), ...via.to.map((join) => join.from)];
  const unique = relation.unique.some((columns) => columns.every((column) => ties.includes(column)));
  const from =
    via.where === undefined ? relation.from : `(select * from ${relation.from} where ${via.where})`;
  return { alias, from: `${from} ${alias}`, where, unique };
}

/** What a role may know of the warehouse without operating it: what there is, and what it means. */
const definitions = new Set([
  'thau.metrics',
  'thau.models',
  'thau.columns',
  'thau.lineage',
  'thau.sources',
  'thau.generations',
  'thau.current_generation',
]);

/** Notes that the relation is read, and holds the caller's row filters against it. */
export function rowConditions(context: EmitContext, relation: BoundRelation, alias: string): string[] {
  if (!relation.published) context.builder.published = false;
  context.builder.relations.add(relation.model);
  if (!relation.published && context.role !== undefined) {
    // what thau tells of itself holds no rows of anybody's
    if (context.role.mayOperate || definitions.has(relation.model)) return [];
    if (context.role.maySegment === true && relation.model === 'thau.segment_rules') return [];
    throw requestError('QUERY_FORBIDDEN', "the caller's role may not read how the warehouse is operated");
  }
  const conditions: string[] = [];
  for (const filter of context.role?.rowFilters ?? []) {
    if (filter.except.includes(relation.model)) continue;
    if (!Object.hasOwn(relation.columns, filter.column)) {
      throw requestError(
        'QUERY_FORBIDDEN',
        `the caller's role sees only rows of its own ${filter.column}, which "${relation.model}" does not have`,
      );
    }
    const claim = context.builder.parameter(
      mapped(
        (inputs) => inputs.claims[filter.claim],
        // a claim that is missing equals nothing
        (value) =>
          typeof value === 'string' || typeof value === 'number' ? wellFormed(String(value)) : null,
      ),
      'text',
    );
    conditions.push(`${columnSql(alias, filter.column)}::text=${claim}`);
  }
  return conditions;
}

/** ` where a and b`, or nothing. */
export const whereSql = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
