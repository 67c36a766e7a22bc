import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import type { OwnedNames } from './owned-names.js';

/** Comments and texts, and between them names of the information schema's views that list relations. */
const words =
  /'(?:[^']|'')*'|--[^\n]*|\/\*[^]*?\*\/|(?:(?:"[^"]+"|\w+)\s*\.\s*)?"?\binformation_schema"?\s*\.\s*(?:"(tables|columns|views)"|(tables|columns|views)\b)/gi;

const prefix = 'thau_information_';

/** What a statement becomes when the information schema is to show thau's names, and which of its views it reads. */
export interface CatalogStatement {
  readonly sql: string;
  readonly views: ReadonlySet<string>;
}

/** Points a statement that reads `information_schema.tables` (or columns, views) at temporary views of our own. */
export function catalogStatement(sql: string): CatalogStatement {
  const views = new Set<string>();
  if (!/information_schema/i.test(sql)) return { sql, views };
  const rewritten = sql.replace(words, (whole: string, quoted?: string, bare?: string) => {
    const view = (quoted ?? bare)?.toLowerCase();
    if (view === undefined) return whole;
    views.add(view);
    return `pg_temp.${prefix}${view}`;
  });
  return { sql: rewritten, views };
}

/**
 * Makes the temporary views. They show the information schema as it would look if every relation stood under the
 * name thau gives it: candidates and published relations under their node's schema and alias, in place of the
 * stable views; other physical relations of thau's not at all. Macros that search for tables by pattern find them
 * under the names their project knows.
 */
export async function createCatalogViews(
  session: Session,
  names: OwnedNames,
  state: string,
  views: ReadonlySet<string>,
): Promise<void> {
  const rows = names
    .all()
    .map(({ schema, name, relation }) =>
      [schema, name, relation?.schema ?? '', relation?.name ?? '', relation?.store ? 'BASE TABLE' : '']
        .map(literal)
        .join(', '),
    );
  const owned = rows.length === 0 ? "('', '', '', '', '')" : rows.map((row) => `(${row})`).join(', ');
  for (const view of views) {
    const { rows: found } = await session.query<{ columns: string }>(
      `select string_agg(case attname::text
            when 'table_schema' then 'coalesce(o.schema, t.table_schema)::information_schema.sql_identifier as table_schema'
            when 'table_name' then 'coalesce(o.name, t.table_name)::information_schema.sql_identifier as table_name'
            when 'table_type' then 'coalesce(nullif(o.type, ''''), t.table_type)::information_schema.character_data as table_type'
            else 't.' || quote_ident(attname) end, ', ' order by attnum) as columns
       from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
      [`information_schema.${view}`],
    );
    await session.query(
      `create or replace temporary view ${quoteIdentifier(prefix + view)} as
       with owned (schema, name, relation_schema, relation_name, type) as (values ${owned})
       select ${found[0]?.columns ?? ''}
       from information_schema.${quoteIdentifier(view)} as t
       left join owned as o on o.relation_schema = t.table_schema and o.relation_name = t.table_name
       where o.name is not null
          or not exists (select from owned as s where s.schema = t.table_schema and s.name = t.table_name)
         and not exists (select from ${state}.relations as r
                         where r.relation_schema = t.table_schema and r.relation_name = t.table_name)`,
    );
  }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'::text`;
}
