import { createHash } from 'node:crypto';
import type { Inputs, Reader } from './arguments.js';
import type { EmitContext, Row } from './emit-context.js';
import type { SortColumn } from './order.js';
import { requestError } from './request-error.js';
import { columnSql } from './rows.js';
import { cursorSubject } from './subjects.js';
import { concatenation, quoteText } from './text-parts.js';

/**
 * A cursor holds the order values of its row, so it survives publishes. It begins with eight hexadecimal digits that
 * check those values against the relation and the order they were made for (and the server's secret): base64 of
 * `<check>["2026-01-31 09:30:00+00","42"]`.
 */
export function cursorSql(context: EmitContext, row: Row, columns: readonly SortColumn[]): string {
  const values = `json_build_array(${columns.map((column) => `${columnSql(row.alias, column.column)}::text`).join(',')})::text`;
  const salt = quoteText(orderSalt(context, row, columns));
  const check = `left(encode(sha256(convert_to(${salt}||${values},'UTF8')),'hex'),8)`;
  const whose = cursorSubject(context, row, columns);
  return `${whose.length > 0 ? `${concatenation(whose)}||` : ''}translate(encode(convert_to(${check}||${values},'UTF8'),'base64'),E'\\n','')`;
}

function orderSalt(context: EmitContext, row: Row, columns: readonly SortColumn[]): string {
  const order = columns.map(({ column, descending, nullsFirst }) => [column, descending, nullsFirst]);
  return sha256(JSON.stringify([context.settings.cursorSecret, row.relation.model, order])).slice(0, 16);
}

const sha256 = (value: string): string => createHash('sha256').update(value, 'utf8').digest('hex');

/**
 * The condition that a row stands after (or before) a cursor in the order. A row comparison where the columns allow
 * it, since an index serves that; else one alternative per column.
 */
export function cursorCondition(
  context: EmitContext,
  row: Row,
  columns: readonly SortColumn[],
  read: Reader,
  side: 'after' | 'before',
): string {
  const values = cursorReader(orderSalt(context, row, columns), columns.length, read, side);
  const backwards = side === 'before';
  const wanted = columns.map((column, index) => ({
    name: columnSql(row.alias, column.column),
    value: context.builder.parameter((inputs) => values(inputs)[index], column.pgType),
    notNull: column.notNull,
    descending: column.descending !== backwards,
    nullsFirst: column.nullsFirst !== backwards,
  }));
  const [first] = wanted;
  if (first && wanted.every((item) => item.notNull && item.descending === first.descending)) {
    const list = (items: readonly string[]): string =>
      items.length === 1 ? (items[0] ?? '') : `(${items.join(',')})`;
    return `${list(wanted.map((item) => item.name))}${first.descending ? '<' : '>'}${list(wanted.map((item) => item.value))}`;
  }
  let condition = 'false';
  for (const item of [...wanted].reverse()) {
    const operator = item.descending ? '<' : '>';
    const beyond = item.notNull
      ? `${item.name}${operator}${item.value}`
      : item.nullsFirst
        ? `(${item.name}${operator}${item.value} or (${item.value} is null and ${item.name} is not null))`
        : `(${item.name}${operator}${item.value} or (${item.value} is not null and ${item.name} is null))`;
    const equal = item.notNull
      ? `${item.name}=${item.value}`
      : `${item.name} is not distinct from ${item.value}`;
    condition = condition === 'false' ? beyond : `(${beyond} or (${equal} and ${condition}))`;
  }
  // lets an index on the first column start at the cursor
  const bound = first?.notNull ? `${first.name}${first.descending ? '<=' : '>='}${first.value} and ` : '';
  return `(${bound}${condition})`;
}

/** Reads a cursor once per request, though each of its values is a parameter of its own. */
function cursorReader(
  salt: string,
  length: number,
  read: Reader,
  side: string,
): (inputs: Inputs) => readonly (string | null)[] {
  let last: { cursor: unknown; values: readonly (string | null)[] } = { cursor: undefined, values: [] };
  return (inputs) => {
    const cursor = read(inputs);
    if (last.cursor !== cursor) last = { cursor, values: readCursor(String(cursor), salt, length, side) };
    return last.values;
  };
}

function readCursor(cursor: string, salt: string, length: number, side: string): readonly (string | null)[] {
  const payload = /^[A-Za-z0-9+/]+=*$/.test(cursor) ? Buffer.from(cursor, 'base64').toString('utf8') : '';
  const check = payload.slice(0, 8);
  const written = payload.slice(8);
  if (written === '' || sha256(salt + written).slice(0, 8) !== check) {
    throw requestError('QUERY_CURSOR', `the ${side} cursor is none of this list in this order`, {
      hint: 'Take cursors from the same field with the same orderBy, or start from the first page.',
    });
  }
  const values: unknown = JSON.parse(written);
  if (!Array.isArray(values) || values.length !== length) {
    throw requestError('QUERY_CURSOR', `the ${side} cursor is none of this list in this order`);
  }
  return values as (string | null)[];
}
