import type { Selected } from './collect.js';
import { rowType, type EmitContext, type Row } from './emit-context.js';
import { maskOf } from './mask.js';
import { personalColumns } from './personal-columns.js';
import { columnSql } from './rows.js';
import { sql, text, type Part } from './text-parts.js';

/**
 * Stands around a subject's id in the text of an answer. A bare U+0002 cannot stand in JSON and PostgreSQL always
 * escapes it, so what stands between two of them is no part of the answer.
 */
const fence = '\u0002';

/**
 * Whose personal data a row shows: its subject column, or its own id where it has none; nothing where no unmasked
 * `@pii` field is selected, or nobody keeps record of it. A function may tell anything of the row it is asked of.
 */
export function subjectOf(
  context: EmitContext,
  typeName: string,
  row: Row | undefined,
  selected: readonly Selected[],
): readonly Part[] {
  if (context.settings.auditSubject === undefined || row === undefined) return [];
  const { fields } = rowType(context, typeName);
  const shown = selected.filter(({ name }) => {
    const field = fields[name];
    if (field?.kind === 'call') return true;
    return field?.kind === 'column' && field.pii !== undefined && maskOf(context, field) === undefined;
  });
  if (shown.length === 0) return [];
  for (const { name } of shown) context.builder.pii.add(`${typeName}.${name}`);
  return idOf(context, context.settings.auditSubject, typeName, row);
}

function idOf(context: EmitContext, auditSubject: string, typeName: string, row: Row): readonly Part[] {
  const own = Object.hasOwn(row.relation.columns, auditSubject) ? [auditSubject] : row.type.key;
  const ids = own.map(
    (column) => `translate(coalesce(${columnSql(row.alias, column)}::text,''),chr(1)||chr(2),'')`,
  );
  const prefix = own[0] === auditSubject ? '' : `${typeName}:`;
  return [sql('chr(2)'), text(prefix), sql(ids.join(`||','||`)), sql('chr(2)')];
}

/** The same for a cursor, which holds what its row is sorted by. */
export function cursorSubject(
  context: EmitContext,
  row: Row,
  columns: readonly { readonly column: string }[],
): readonly Part[] {
  const { auditSubject } = context.settings;
  if (auditSubject === undefined) return [];
  const personal = personalColumns(context.bound, row.relation.model);
  const shown = columns.flatMap(({ column }) => personal.get(column)?.name ?? []);
  if (shown.length === 0) return [];
  for (const name of shown) context.builder.pii.add(name);
  return idOf(context, auditSubject, row.type.name, row);
}

/**
 * What shows personal data of nobody in particular: a figure over many rows, a function of its own. Record says
 * `Customer:*`, which may be any of them, or `*`.
 */
export function anyoneOf(context: EmitContext, typeName: string, shown: readonly string[]): readonly Part[] {
  if (context.settings.auditSubject === undefined || shown.length === 0) return [];
  const of = typeName === 'Query' || typeName === 'MetricRow' ? '' : `${typeName}:`;
  for (const name of shown) context.builder.pii.add(`${typeName}.${name}`);
  return [sql(`chr(2)||'${of}*'||chr(2)`)];
}

/** An answer's text without the ids, and each of them once. */
export function takeSubjects(data: string): {
  readonly data: string;
  readonly subjects: ReadonlySet<string>;
} {
  const subjects = new Set<string>();
  const parts = data.split(fence);
  if (parts.length === 1) return { data, subjects };
  let rest = '';
  parts.forEach((part, index) => {
    if (index % 2 === 0) rest += part;
    else if (part !== '') subjects.add(part);
  });
  return { data: rest, subjects };
}
