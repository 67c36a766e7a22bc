import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { sqlName } from '../relation.js';
import { placeKey, readColumns } from '../views/read-columns.js';
import type { Column } from '../views/view-text.js';

/**
 * dbt makes room before it writes, whatever `on_schema_change` says: a `varchar(20)` that gets longer text becomes as
 * long. The columns keep their order here; dbt's move to the end. Answers the table's columns as they are then.
 */
export async function expandColumns(
  tx: Session,
  target: { readonly schema: string; readonly name: string },
  made: readonly Column[],
): Promise<readonly Column[]> {
  const present = (await readColumns(tx, [target])).get(placeKey(target)) ?? [];
  const wider = widenings(present, made);
  if (wider.size === 0) return present;
  const changes = [...wider].map(([name, type]) => `alter column ${quoteIdentifier(name)} type ${type}`);
  await tx.query(`alter table ${sqlName(target)} ${changes.join(', ')}`);
  return present.map((column) => ({ ...column, type: wider.get(column.name) ?? column.type }));
}

/** The columns that `expandColumns` makes wider, with their types to come. */
export function widenings(present: readonly Column[], made: readonly Column[]): ReadonlyMap<string, string> {
  const types = new Map(made.map((column) => [column.name, column.type]));
  const wider = new Map<string, string>();
  for (const { name, type } of present) {
    const next = types.get(name);
    if (next !== undefined && widthOf(next) > widthOf(type) && limited.test(type)) wider.set(name, next);
  }
  return wider;
}

const limited = /^character varying\((\d+)\)$/;

/** How long text of a type may be; 0 for what is no text. */
function widthOf(type: string): number {
  const limit = limited.exec(type)?.[1];
  if (limit !== undefined) return Number(limit);
  return type === 'text' || type === 'character varying' ? Infinity : 0;
}
