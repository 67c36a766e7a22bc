import type { EmitContext, Row } from './emit-context.js';
import { jsonScalar, nullMark } from './emit-value.js';
import { maskOfColumn } from './mask.js';
import { requestError } from './request-error.js';
import { columnSql } from './rows.js';
import { concatenation, marker, quoteText, sql, text, type Part } from './text-parts.js';

const plain = ['smallint', 'integer', 'bigint', 'uuid', 'numeric'];

/** `"Customer:42"`. */
export function emitGlobalId(context: EmitContext, row: Row, typeName: string): readonly Part[] {
  const { key } = row.type;
  if (key.some((name) => maskOfColumn(context, row, name) !== undefined)) {
    throw requestError(
      'QUERY_FORBIDDEN',
      `the caller's role sees the key of ${typeName} masked, and so not its id`,
    );
  }
  const columns = key.map((name) => ({
    sql: columnSql(row.alias, name),
    type: row.relation.columns[name]?.type ?? 'text',
    notNull: row.relation.columns[name]?.notNull ?? false,
  }));
  const [only] = columns;
  const parts =
    columns.length === 1 && only
      ? plain.includes(only.type)
        ? [text(`"${typeName}:`), sql(`${only.sql}::text`), text('"')]
        : [sql(jsonScalar(`${quoteText(`${typeName}:`)}||${only.sql}::text`, context.builder))]
      : [
          sql(
            jsonScalar(
              `${quoteText(`${typeName}:`)}||json_build_array(${columns.map((column) => `${column.sql}::text`).join(',')})::text`,
              context.builder,
            ),
          ),
        ];
  if (columns.every((column) => column.notNull) || columns.length > 1) return parts;
  context.builder.needles.add(marker);
  return [sql(`coalesce(${concatenation(parts)},${quoteText(nullMark)})`)];
}
