import { snakeCase } from '../schema/names.js';
import type {
  BoundAbstract,
  BoundField,
  BoundObject,
  ColumnField,
  WhereArgument,
} from '../schema/bound-schema.js';
import type { Argument, Reader } from './arguments.js';
import { comparand, comparandList } from './bind-value.js';
import { relationOf, type EmitContext, type Row } from './emit-context.js';
import { bareKey, keyColumnReader } from './global-id.js';
import { inLastCondition } from './in-last.js';
import { assertUnmasked, holdSearchable } from './mask.js';
import { requestError } from './request-error.js';
import { columnSql, rowsOf } from './rows.js';
import { searchQuery } from './search-query.js';
import { mapped, wellFormed } from './statement-builder.js';

/** A filter as one SQL condition; undefined when nothing is asked. Two-valued: what is unknown is not met. */
export function filterCondition(
  context: EmitContext,
  row: Row,
  filter: Argument | undefined,
): string | undefined {
  if (filter?.kind !== 'object') return undefined;
  const conditions: string[] = [];
  for (const [name, argument] of filter.fields) {
    const condition = oneCondition(context, row, name, argument);
    if (condition !== undefined) conditions.push(condition);
  }
  return conjunction(conditions);
}

function oneCondition(context: EmitContext, row: Row, name: string, argument: Argument): string | undefined {
  const field = row.type.fields[name];
  if (field === undefined || (argument.kind === 'list' && ['and', 'or'].includes(name))) {
    return logic(context, row, name, argument);
  }
  switch (field.kind) {
    case 'column':
      assertUnmasked(context, field, 'filter by', name);
      return argument.kind === 'object' ? columnCondition(context, row, field, argument.fields) : undefined;
    case 'id':
      return argument.kind === 'object' ? idCondition(context, row, argument.fields) : undefined;
    case 'one':
      return exists(context, row, field, argument, 'exists');
    case 'many':
      return listCondition(context, row, field, argument);
    default:
      return undefined;
  }
}

function logic(context: EmitContext, row: Row, name: string, argument: Argument): string | undefined {
  if (name === 'not') {
    const inner = filterCondition(context, row, argument);
    return inner === undefined ? undefined : `(${inner}) is not true`;
  }
  if (argument.kind !== 'list') return undefined;
  const parts = argument.items.map((item) => filterCondition(context, row, item) ?? 'true');
  if (name === 'and') return conjunction(parts);
  return parts.length === 0 ? 'false' : `(${parts.map((part) => `(${part})`).join(' or ')})`;
}

const conjunction = (parts: readonly string[]): string | undefined =>
  parts.length === 0
    ? undefined
    : parts.length === 1
      ? parts[0]
      : parts.map((part) => `(${part})`).join(' and ');

type Related = Extract<BoundField, { kind: 'one' | 'many' }>;

function listCondition(
  context: EmitContext,
  row: Row,
  field: Related,
  argument: Argument,
): string | undefined {
  if (argument.kind !== 'object') return undefined;
  const parts: string[] = [];
  for (const [quantifier, inner] of argument.fields) {
    const condition = exists(context, row, field, inner, quantifier);
    if (condition !== undefined) parts.push(condition);
  }
  return conjunction(parts);
}

/** `some`, `every` and `none` over the related rows that the caller may see. */
function exists(
  context: EmitContext,
  row: Row,
  field: Related,
  argument: Argument,
  quantifier: string,
): string | undefined {
  const source = rowsOf(context, field.target, row, field.on, field.via);
  const inner = filterCondition(context, source.row, argument);
  const where = [...source.where];
  if (quantifier === 'every') {
    if (inner === undefined) return undefined;
    where.push(`(${inner}) is not true`);
  } else if (inner !== undefined) where.push(`(${inner})`);
  const subselect = `exists(select 1 from ${source.from}${where.length > 0 ? ` where ${where.join(' and ')}` : ''})`;
  return quantifier === 'every' || quantifier === 'none' ? `not ${subselect}` : subselect;
}

const comparisons: Readonly<Record<string, string>> = { eq: '=', lt: '<', lte: '<=', gt: '>', gte: '>=' };

function columnCondition(
  context: EmitContext,
  row: Row,
  field: ColumnField,
  operators: ReadonlyMap<string, Argument>,
): string | undefined {
  const column = columnSql(row.alias, field.column);
  const stored = context.bound.enums[field.type];
  const subject = stored && field.pgType !== 'text' ? `${column}::text` : column;
  const { builder } = context;
  const parts: string[] = [];
  for (const [operator, argument] of operators) {
    if (argument.kind === 'object') continue;
    const value = (): string => comparand(builder, argument.read, field.type, field.pgType, stored);
    const values = (): string => comparandList(builder, argument.read, field.type, field.pgType, stored);
    const symbol = comparisons[operator];
    if (symbol !== undefined) parts.push(`${subject}${symbol}${value()}`);
    else if (operator === 'ne') parts.push(`${subject} is distinct from ${value()}`);
    else if (operator === 'in') parts.push(`${subject}=any(${values()})`);
    else if (operator === 'notIn') parts.push(`(${subject}=any(${values()})) is not true`);
    else if (operator === 'between') parts.push(between(context, subject, field, argument));
    else if (operator === 'inLast') parts.push(inLastCondition(context, subject, field, argument));
    else if (operator === 'isNull') {
      parts.push(`${column} is ${argument.value === true ? '' : 'not '}null`);
    } else if (operator === 'contains') parts.push(containsCondition(context, subject, argument));
    else if (operator === 'like') parts.push(likeCondition(context, subject, argument));
  }
  return conjunction(parts);
}

function between(context: EmitContext, subject: string, field: ColumnField, argument: Argument): string {
  const end = (index: number): string =>
    comparand(
      context.builder,
      (inputs) => {
        const ends = argument.kind === 'list' ? (argument.read(inputs) as unknown[]) : [];
        if (ends.length !== 2) {
          throw requestError('QUERY_ARGUMENT', `between takes two values, not ${ends.length}`);
        }
        return ends[index];
      },
      field.type,
      field.pgType,
    );
  return `${subject} between ${end(0)} and ${end(1)}`;
}

/** Lower case without marks: `Nguyễn` → `nguyen`. Needs no extension. */
export const foldSql = (expression: string): string =>
  `lower(translate(regexp_replace(normalize(${expression},NFD),E'[\\u0300-\\u036f]','','g'),'đĐ','dD'))`;

type Leaf = Extract<Argument, { kind: 'leaf' | 'list' }>;

/** The parameter is folded once per statement, in a subselect of its own. */
function containsCondition(context: EmitContext, subject: string, argument: Leaf): string {
  const wanted = context.builder.parameter(mapped(argument.read, wellFormed), 'text');
  return `strpos(${foldSql(subject)},(select ${foldSql(wanted)}))>0`;
}

function likeCondition(context: EmitContext, subject: string, argument: Leaf): string {
  const pattern = context.builder.parameter(
    mapped(argument.read, (value) => {
      if (/(?<!\\)(\\\\)*\\$/.test(String(value))) {
        throw requestError('QUERY_ARGUMENT', 'a like pattern must not end in a lone backslash');
      }
      return wellFormed(value);
    }),
    'text',
  );
  return `${foldSql(subject)} like (select ${foldSql(pattern)})`;
}

function idCondition(
  context: EmitContext,
  row: Row,
  operators: ReadonlyMap<string, Argument>,
): string | undefined {
  const parts: string[] = [];
  for (const [operator, argument] of operators) {
    if (argument.kind === 'object') continue;
    if (operator === 'isNull') parts.push(argument.value === true ? 'false' : 'true');
    else if (argument.kind === 'leaf') {
      const same = keyCondition(context, row, argument);
      parts.push(operator === 'ne' ? `(${same}) is not true` : same);
    } else {
      const any =
        row.type.key.length === 1
          ? [keyInList(context, row, argument)]
          : argument.items.map((item) =>
              item.kind === 'leaf' ? `(${keyCondition(context, row, item)})` : 'false',
            );
      const one = any.length === 0 ? 'false' : `(${any.join(' or ')})`;
      parts.push(operator === 'notIn' ? `${one} is not true` : one);
    }
  }
  return conjunction(parts);
}

/** A key of one column is among ids. */
function keyInList(context: EmitContext, row: Row, ids: Extract<Argument, { kind: 'list' }>): string {
  const types = idTypes(row.type);
  const column = row.type.key[0] ?? '';
  const read: Reader = (inputs) => (ids.read(inputs) as unknown[]).map((id) => bareKey(String(id), types));
  const pgType = row.relation.columns[column]?.type ?? 'text';
  return `${columnSql(row.alias, column)}=any(${comparandList(context.builder, read, 'ID', pgType)})`;
}

/** The row's key equals an id, or what stands for it since that key was given up. */
export function lookupByKey(context: EmitContext, row: Row, id: Extract<Argument, { kind: 'leaf' }>): string {
  const moved = row.type.kind === 'object' ? row.type.moved : undefined;
  const [key] = row.type.key;
  if (moved === undefined || key === undefined) return keyCondition(context, row, id);
  const read = keyColumnReader(id, idTypes(row.type), 0, 1);
  return `${columnSql(row.alias, key)}=${currentKey(context, row, moved, key, read)}`;
}

/** A key as it is now. What moved is told to whoever may see the row: the row's own conditions hold. */
export function currentKey(context: EmitContext, row: Row, moved: string, key: string, read: Reader): string {
  const relation = relationOf(context, moved);
  context.builder.relations.add(moved);
  const alias = context.builder.alias();
  const value = comparand(context.builder, read, 'ID', row.relation.columns[key]?.type ?? 'text');
  const current = `select ${columnSql(alias, key)} from ${relation.from} ${alias} where ${columnSql(alias, `previous_${key}`)}=${value} limit 1`;
  return `coalesce((${current}),${value})`;
}

/** The row's key equals an id. */
export function keyCondition(
  context: EmitContext,
  row: Row,
  id: Extract<Argument, { kind: 'leaf' }>,
): string {
  const types = idTypes(row.type);
  return row.type.key
    .map((column, index) => {
      const read = keyColumnReader(id, types, index, row.type.key.length);
      const pgType = row.relation.columns[column]?.type ?? 'text';
      return `${columnSql(row.alias, column)}=${comparand(context.builder, read, 'ID', pgType)}`;
    })
    .join(' and ');
}

const idTypes = (type: BoundObject | BoundAbstract): readonly string[] =>
  type.kind === 'abstract' ? [type.name, ...Object.values(type.variants)] : [type.name];

/** An SDL argument bound to a column by `@where`. */
export function whereArgument(
  context: EmitContext,
  row: Row,
  bound: WhereArgument,
  argument: Argument,
): string | undefined {
  if (argument.kind === 'object') return undefined;
  const field = Object.values(row.type.fields).find(
    (item): item is ColumnField => item.kind === 'column' && item.column === bound.column,
  );
  if (field) assertUnmasked(context, field, 'filter by', bound.argument);
  const column = columnSql(row.alias, bound.column);
  const scalar = field?.type ?? 'String';
  const stored = context.bound.enums[scalar];
  const value = (): string => comparand(context.builder, argument.read, scalar, bound.pgType, stored);
  switch (bound.op) {
    case 'IN':
      return `${column}=any(${comparandList(context.builder, argument.read, scalar, bound.pgType, stored)})`;
    case 'NE':
      return `${column} is distinct from ${value()}`;
    case 'CONTAINS':
      return containsCondition(context, column, argument);
    case 'SEARCH':
      holdSearchable(context, row, bound.argument);
      return `${column}@@${context.builder.parameter(mapped(argument.read, searchQuery), 'tsquery')}`;
    default:
      return `${column}${comparisons[bound.op.toLowerCase()] ?? '='}${value()}`;
  }
}

/** For messages: the column a model would index. */
export const indexHint = (column: string): string =>
  `Declare an index in the model's config: indexes: [{columns: [${snakeCase(column)}]}].`;
