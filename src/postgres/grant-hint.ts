import { quoteIdentifier } from './identifier.js';
import type { Queryable } from './queryable.js';

interface Row {
  readonly role: string;
  readonly database: string;
  readonly tables: readonly string[];
}

/**
 * The GRANT that a refusal asks for, ready to be run by somebody who may; undefined where the message does not say
 * what is lacking. PostgreSQL names a table without its schema, so that is looked up.
 */
export async function grantHint(database: Queryable, message: string): Promise<string | undefined> {
  const [, kind = '', name = ''] =
    /permission denied (?:for|to) (\w+(?: \w+)?) "?([^"]+?)"?\.?$/.exec(message) ?? [];
  if (kind === '') return undefined;
  const { rows } = await database.query<Row>(
    /* sql */ `
      select current_user as role, current_database() as database,
          array(select format('%I.%I', n.nspname, c.relname) from pg_class as c
                join pg_namespace as n on n.oid = c.relnamespace
                where c.relname = $1 and c.relkind in ('r', 'v', 'm', 'p', 'f')
                  and not has_table_privilege(c.oid, 'select') order by 1) as tables`,
    [name],
  );
  const [found] = rows;
  return found && `Grant it: ${grant(kind, name, found)}`;
}

function grant(kind: string, name: string, { role, database, tables }: Row): string {
  const to = `to ${quoteIdentifier(role)};`;
  const quoted = quoteIdentifier(name);
  switch (kind) {
    case 'schema':
      return `grant usage, create on schema ${quoted} ${to} Where it is only read: grant usage on schema ${quoted} ${to} grant select on all tables in schema ${quoted} ${to}`;
    case 'database':
      return `grant create on database ${quoteIdentifier(database)} ${to}`;
    case 'table':
    case 'view':
    case 'materialized view':
    case 'foreign table':
      return (tables.length === 0 ? [quoted] : tables)
        .map((table) => `grant select on ${table} ${to}`)
        .join(' ');
    default:
      return `grant the right on ${kind} ${name} ${to}`;
  }
}
