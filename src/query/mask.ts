import type { ColumnField } from '../schema/bound-schema.js';
import type { EmitContext, Row } from './emit-context.js';
import { requestError } from './request-error.js';
import type { Mask } from './role.js';

/** How the caller's role sees a column; undefined: as it is. */
export function maskOf(context: EmitContext, field: ColumnField): Mask | undefined {
  return field.pii === undefined ? undefined : context.role?.masks[field.pii];
}

/** How the caller's role sees a column by its name; undefined: as it is. */
export function maskOfColumn(context: EmitContext, row: Row, column: string): Mask | undefined {
  if (context.role === undefined) return undefined;
  for (const field of Object.values(row.type.fields)) {
    const mask = field.kind === 'column' && field.column === column ? maskOf(context, field) : undefined;
    if (mask !== undefined) return mask;
  }
  return undefined;
}

/** A masked column must not be found out by filtering, sorting or grouping. */
export function assertUnmasked(
  context: EmitContext,
  field: ColumnField,
  action: 'filter by' | 'sort by' | 'aggregate' | 'look up by',
  name: string,
): void {
  if (maskOf(context, field) === undefined) return;
  if (action === 'look up by' && context.role?.mayLookup === true) return;
  throw requestError('QUERY_FORBIDDEN', `the caller's role sees ${name} masked and may not ${action} it`);
}

/** A search looks into all that is kept of a row; where the role sees some of that masked, it is a lookup. */
export function holdSearchable(context: EmitContext, row: Row, name: string): void {
  if (context.role === undefined || context.role.mayLookup) return;
  const masked = Object.values(row.type.fields).some(
    (field) => field.kind === 'column' && maskOf(context, field) !== undefined,
  );
  if (!masked) return;
  throw requestError(
    'QUERY_FORBIDDEN',
    `the caller's role sees rows masked and may not search them by ${name}`,
  );
}

/** The masked value as an SQL expression of type text, NULL of NULL. */
export function maskedSql(expression: string, mask: Mask): string {
  const value = `${expression}::text`;
  if (mask === 'null') return 'null::text';
  if (mask === 'hash') return `left(encode(sha256(convert_to(${value},'UTF8')),'hex'),16)`;
  // the first character, and of an address its domain
  return `(left(${value},1)||'***'||coalesce(substring(${value} from '@.*$'),''))`;
}
