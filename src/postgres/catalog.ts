import type { Queryable } from './queryable.js';

export type RelationKind =
  'table' | 'view' | 'materialized view' | 'foreign table' | 'sequence' | 'partitioned table';

export interface RelationName {
  readonly schema: string;
  readonly name: string;
}

export interface Relation extends RelationName {
  readonly kind: RelationKind;
}

export interface ColumnDescription {
  readonly name: string;
  /** As `format_type` writes it: `timestamp with time zone`, `numeric(12,2)`. */
  readonly type: string;
  readonly typeOid: number;
  /** Has a NOT NULL constraint. */
  readonly notNull: boolean;
  readonly description: string | null;
}

export interface IndexDescription {
  readonly name: string;
  /** Key columns in order; an expression is null. */
  readonly columns: readonly (string | null)[];
  readonly unique: boolean;
  /** A `where` limits it to some rows. */
  readonly partial: boolean;
  readonly primary: boolean;
  /** Not left invalid by a failed `concurrently`. */
  readonly valid: boolean;
}

export interface RelationDescription extends Relation {
  readonly oid: number;
  readonly owner: string;
  readonly description: string | null;
  readonly columns: readonly ColumnDescription[];
  readonly indexes: readonly IndexDescription[];
  /** `pg_class.reltuples`; −1 when never analysed. */
  readonly estimatedRows: number;
  readonly bytes: number;
}

const kind = /* sql */ `case c.relkind
    when 'r' then 'table' when 'v' then 'view' when 'm' then 'materialized view'
    when 'f' then 'foreign table' when 'S' then 'sequence' when 'p' then 'partitioned table' end`;

/** The relations of some schemas, in name order; unknown schemas have none. */
export async function listRelations(database: Queryable, schemas: readonly string[]): Promise<Relation[]> {
  const { rows } = await database.query<Relation>(
    /* sql */ `
      select n.nspname as schema, c.relname as name, ${kind} as kind
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any ($1::text[]) and c.relkind in ('r', 'v', 'm', 'f', 'p')
      order by n.nspname, c.relname`,
    [schemas],
  );
  return rows;
}

/** Schemas of this database that are not PostgreSQL's own. */
export async function listSchemas(database: Queryable): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(/* sql */ `
    select nspname as name from pg_namespace
    where nspname not like 'pg\\_%' and nspname <> 'information_schema'
    order by nspname`);
  return rows.map((row) => row.name);
}

/**
 * Columns, indexes, comments and sizes of the named relations, in the order given and without those that do not
 * exist: one statement however many there are.
 */
export async function describeRelations(
  database: Queryable,
  names: readonly RelationName[],
): Promise<RelationDescription[]> {
  const { rows } = await database.query<RelationDescription>(
    /* sql */ `
      select
          c.oid::int8 as oid,
          n.nspname as schema,
          c.relname as name,
          ${kind} as kind,
          pg_get_userbyid(c.relowner) as owner,
          obj_description(c.oid, 'pg_class') as description,
          c.reltuples::float8 as "estimatedRows",
          case when c.relkind in ('r', 'm') then pg_total_relation_size(c.oid) else 0 end as bytes,
          coalesce((
              select json_agg(json_build_object(
                  'name', a.attname,
                  'type', format_type(a.atttypid, a.atttypmod),
                  'typeOid', a.atttypid::int8,
                  'notNull', a.attnotnull,
                  'description', col_description(a.attrelid, a.attnum)
              ) order by a.attnum)
              from pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          ), '[]') as columns,
          coalesce((
              select json_agg(json_build_object(
                  'name', ic.relname,
                  'columns', (
                      select json_agg(a.attname order by k.place)
                      from unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
                      left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum and k.attnum > 0
                      where k.place <= i.indnkeyatts
                  ),
                  'unique', i.indisunique,
                  'partial', i.indpred is not null,
                  'primary', i.indisprimary,
                  'valid', i.indisvalid
              ) order by ic.relname)
              from pg_index i
              join pg_class ic on ic.oid = i.indexrelid
              where i.indrelid = c.oid
          ), '[]') as indexes
      from unnest($1::text[], $2::text[]) with ordinality as wanted (schema, name, place)
      join pg_namespace n on n.nspname = wanted.schema
      join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
      where c.relkind in ('r', 'v', 'm', 'f', 'S', 'p')
      order by wanted.place`,
    [names.map(({ schema }) => schema), names.map(({ name }) => name)],
  );
  return rows;
}

/** One relation, or undefined where there is none of that name. */
export async function describeRelation(
  database: Queryable,
  name: RelationName,
): Promise<RelationDescription | undefined> {
  return (await describeRelations(database, [name]))[0];
}

/** Column lists that hold each combination once: full unique indexes without expressions. */
export function uniqueColumns(relation: RelationDescription): string[][] {
  return relation.indexes
    .filter((index) => index.unique && index.valid && !index.partial)
    .map((index) => index.columns)
    .filter((columns): columns is string[] => columns.every((column) => column !== null));
}

/** Leading column lists that an index serves; a partial index serves none for sure. */
export function indexedColumns(relation: RelationDescription): string[][] {
  return relation.indexes
    .filter((index) => index.valid && !index.partial)
    .map((index) => {
      const expression = index.columns.indexOf(null);
      return index.columns.slice(0, expression < 0 ? undefined : expression) as string[];
    })
    .filter((columns) => columns.length > 0);
}
