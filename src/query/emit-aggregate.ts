import type { AggregateField, ColumnField } from '../schema/bound-schema.js';
import { figures, figureType, groupByValue, type Figure } from '../schema/generate-types.js';
import { readArguments } from './arguments.js';
import { collect, type Selected } from './collect.js';
import { jsonArray } from './emit-array.js';
import { deeper, type EmitContext, type FieldSite, type Row } from './emit-context.js';
import { narrowed } from './emit-list.js';
import { jsonObject } from './emit-object.js';
import { emitValue } from './emit-value.js';
import { truncated } from './grain.js';
import { holdIndexes } from './index-guard.js';
import { assertUnmasked } from './mask.js';
import { pageSize } from './page-size.js';
import { columnSql, whereSql } from './rows.js';
import { anyoneOf } from './subjects.js';
import { concatenation, sql, text, type Part } from './text-parts.js';

/** Figures per group; without keys, one row over everything. Groups come in the order of their keys. */
export function emitAggregate(
  context: EmitContext,
  field: AggregateField,
  site: FieldSite,
  parent: Row | undefined,
): readonly Part[] {
  const given = readArguments(site.definition, site.node, context.inputs);
  const source = narrowed(context, field, site, parent, given);
  if (!parent) holdIndexes(context, source.row, given, undefined, site.node, field.where);
  const inner = deeper(context, site.node);
  const groups: string[] = [];
  const grouped = new Set<string>();
  const outputs: string[] = [];
  const group = (expression: string): string => {
    const known = groups.indexOf(expression);
    return `k${known >= 0 ? known : groups.push(expression) - 1}`;
  };
  const personal: string[] = [];
  const output = (expression: string): string => `a${outputs.push(expression) - 1}`;
  const selected = collect(inner, `${field.target}Aggregate`, site.nodes);
  const fields = selected.map((item): readonly [string, readonly Part[]] => {
    if (item.name === 'keys')
      return [item.key, emitKeys(inner, field, source.row, item, group, grouped, personal)];
    if (item.name === 'count') return [item.key, [sql(`${output('count(*)')}::text`)]];
    if (isFigure(item.name))
      return [item.key, emitFigures(inner, field, source.row, item, item.name, output, personal)];
    return [item.key, [text(`"${field.target}Aggregate"`)]];
  });
  const groupBy = given.get('groupBy');
  for (const value of groupBy?.kind === 'list' ? groupBy.value : []) {
    for (const [name, column] of Object.entries(source.row.type.fields)) {
      if (column.kind !== 'column' || groupByValue(name) !== value) continue;
      assertUnmasked(context, column, 'aggregate', name);
      // selected already, perhaps with a grain: that is the group
      if (!grouped.has(column.column)) group(columnSql(source.row.alias, column.column));
    }
  }
  const size = pageSize(context, given.get('first'), 'first', site.node);
  const columns = [
    ...groups.map((expression, index) => `${expression} as k${index}`),
    ...outputs.map((expression, index) => `${expression} as a${index}`),
  ];
  const minGroup = context.role?.minGroup ?? 1;
  const keys = groups.map((_, index) => String(index + 1)).join(',');
  const rows = `select ${columns.length > 0 ? columns.join(',') : 'count(*)'} from ${source.from}${whereSql(source.where)}${groups.length > 0 ? ` group by ${keys}` : ''}${minGroup > 1 ? ` having count(*)>=${minGroup}` : ''}${groups.length > 0 ? ` order by ${keys}` : ''}${size ? ` limit ${size.exact}` : ''}`;
  const shown = jsonArray(concatenation(jsonObject(fields)), `(${rows}) q`);
  return [...anyoneOf(context, field.target, personal), ...shown];
}

const isFigure = (name: string): name is Figure => (figures as readonly string[]).includes(name);

function emitKeys(
  context: EmitContext,
  field: AggregateField,
  row: Row,
  keys: Selected,
  group: (expression: string) => string,
  grouped: Set<string>,
  personal: string[],
): readonly Part[] {
  const typeName = `${field.target}AggregateKeys`;
  return jsonObject(
    collect(context, typeName, keys.nodes).map(({ key, name, site }) => {
      const column = row.type.fields[name];
      if (column?.kind !== 'column' || !site) return [key, [text(`"${typeName}"`)]];
      assertUnmasked(context, column, 'aggregate', name);
      if (column.pii !== undefined) personal.push(name);
      const grain = readArguments(site.definition, site.node, context.inputs).get('grain');
      grouped.add(column.column);
      const expression = columnSql(row.alias, column.column);
      const alias = group(
        grain?.kind === 'leaf'
          ? truncated(expression, String(grain.value), column.pgType, context.bound.timezone)
          : expression,
      );
      return [key, emitColumnKey(context, column, `q.${alias}`, grain !== undefined)];
    }),
  );
}

function emitColumnKey(
  context: EmitContext,
  column: ColumnField,
  expression: string,
  isCut: boolean,
): readonly Part[] {
  const stored = context.bound.enums[column.type];
  return emitValue(
    expression,
    {
      ...column,
      nonNull: false,
      // a local time that was cut is an instant
      pgType: isCut && column.type === 'DateTime' ? 'timestamp with time zone' : column.pgType,
      ...(stored && { stored }),
    },
    context.builder,
  );
}

function emitFigures(
  context: EmitContext,
  field: AggregateField,
  row: Row,
  item: Selected,
  figure: Figure,
  output: (expression: string) => string,
  personal: string[],
): readonly Part[] {
  const typeName = `${field.target}${figure.charAt(0).toUpperCase()}${figure.slice(1)}`;
  return jsonObject(
    collect(context, typeName, item.nodes).map(({ key, name }) => {
      const column = row.type.fields[name];
      if (column?.kind !== 'column') return [key, [text(`"${typeName}"`)]];
      assertUnmasked(context, column, 'aggregate', name);
      // the least of names is a name; how many there are is nobody's
      if (column.pii !== undefined && figure !== 'countDistinct') personal.push(name);
      const type = figureType(figure, column) ?? 'String';
      const { expression, pgType } = figureSql(figure, columnSql(row.alias, column.column), column, type);
      return [
        key,
        emitValue(
          `q.${output(expression)}`,
          {
            type,
            pgType,
            array: false,
            itemsNonNull: false,
            nonNull: false,
            notNull: figure === 'countDistinct',
          },
          context.builder,
        ),
      ];
    }),
  );
}

function figureSql(
  figure: Figure,
  column: string,
  field: ColumnField,
  type: string,
): { readonly expression: string; readonly pgType: string } {
  const isFloat = type === 'Float';
  switch (figure) {
    case 'sum':
      // a BigInt's sum is exact beyond 64 bits, and so a Decimal
      if (isFloat) return { expression: `sum(${column}::double precision)`, pgType: 'double precision' };
      return type === 'BigInt'
        ? { expression: `sum(${column})::numeric`, pgType: 'bigint' }
        : { expression: `sum(${column}::numeric)`, pgType: 'numeric' };
    case 'avg':
      return isFloat
        ? { expression: `avg(${column}::double precision)`, pgType: 'double precision' }
        : { expression: `trim_scale(avg(${column}::numeric))`, pgType: 'numeric' };
    case 'median':
      return {
        expression: `percentile_cont(0.5) within group (order by ${column}::double precision)`,
        pgType: 'double precision',
      };
    case 'min':
    case 'max':
      return { expression: `${figure}(${column})`, pgType: field.pgType };
    case 'countDistinct':
      return { expression: `count(distinct ${column})`, pgType: 'integer' };
  }
}
