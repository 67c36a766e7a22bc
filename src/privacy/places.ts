import { readGeneration } from '../build/publish/generation.js';
import { ThauError } from '../errors/thau-error.js';
import type { Queryable } from '../postgres/queryable.js';
import type { Manifest, ManifestNode, SourceNode } from '../project/manifest.js';
import { parseSql } from '../sql/parse-sql.js';
import { rowLineage, type RowLineage } from '../sql/lineage/row-lineage.js';
import { declaredKeys } from './declared-keys.js';

export interface PlaceColumn {
  readonly name: string;
  /** As PostgreSQL writes it: `text`, `bigint`, `text[]`. */
  readonly type: string;
  readonly isNullable: boolean;
}

/** Where rows about people may stand: a source's table, or the relation that shows a node now. */
export interface Place {
  /** unique_id of the node or source. */
  readonly id: string;
  readonly kind: 'source' | 'node';
  /** `raw_crm.contacts`, `unified.customers`: as people know it. */
  readonly title: string;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly PlaceColumn[];
  /** Column lists of which the project says that they are unique. */
  readonly keys: readonly (readonly string[])[];
  readonly node: ManifestNode | undefined;
  readonly source: SourceNode | undefined;
  /** Of the SQL that made it; undefined for sources, seeds, and SQL that cannot be followed. */
  readonly lineage: RowLineage | undefined;
}

/** Everything a generation shows and everything it is made of, by unique_id. */
export type Places = ReadonlyMap<string, Place>;

/** Reads the places of the published generation: what the manifest names and the database has. */
export async function readPlaces(database: Queryable, state: string, manifest: Manifest): Promise<Places> {
  const generation = await readGeneration(database, state);
  if (generation.number === 0) {
    throw new ThauError(
      'PRIVACY_NOTHING_PUBLISHED',
      'Nothing is published yet, so nobody is known to be a person.',
      {
        hint: 'Run `thau build` first.',
      },
    );
  }
  const mapped = [...generation.nodes.values()];
  const compiled = await readCompiled(database, state, generation.number);
  const wanted = [
    ...Object.values(manifest.sources).map(({ unique_id: id, schema, identifier }) => ({
      id,
      kind: 'source' as const,
      title: `${schema}.${identifier}`,
      schema,
      name: identifier,
    })),
    ...mapped.map(({ nodeId: id, schema, name, relation }) => ({
      id,
      kind: 'node' as const,
      title: `${schema}.${name}`,
      schema: relation.schema,
      name: relation.name,
    })),
  ];
  const columns = await readColumns(database, wanted);
  const names = new Map<string, string>();
  for (const { schema, name, id } of wanted) names.set(bareKey(schema, name), id);
  for (const { schema, name, nodeId } of mapped) names.set(bareKey(schema, name), nodeId);
  const keys = declaredKeys(manifest);
  const columnsOf = (id: string): readonly PlaceColumn[] => columns.get(id) ?? [];
  const places = wanted.map((one): Place => {
    let read: { readonly found: RowLineage | undefined } | undefined;
    return {
      ...one,
      columns: columnsOf(one.id),
      keys: keys.get(one.id) ?? [],
      node: manifest.nodes[one.id],
      source: manifest.sources[one.id],
      get lineage() {
        read ??= { found: lineageOf(compiled.get(one.id), names, columnsOf) };
        return read.found;
      },
    };
  });
  return new Map(places.filter(({ columns: its }) => its.length > 0).map((place) => [place.id, place]));
}

/** A relation of a run and the stable view of its node are one. */
function bareKey(schema: string, name: string): string {
  return JSON.stringify([schema.replace(/__r\d+$/, ''), name]);
}

function lineageOf(
  sql: string | undefined,
  names: ReadonlyMap<string, string>,
  columnsOf: (id: string) => readonly PlaceColumn[],
): RowLineage | undefined {
  if (sql === undefined) return undefined;
  try {
    const [statement, ...more] = parseSql(sql, 'compiled');
    if (!statement || more.length > 0) return undefined;
    return rowLineage(statement.tree, (schema, name) => {
      const id = schema === undefined ? undefined : names.get(bareKey(schema, name));
      return id === undefined ? undefined : { id, columns: columnsOf(id).map((column) => column.name) };
    });
  } catch (error) {
    if (error instanceof ThauError && error.code === 'SQL_SYNTAX') return undefined;
    throw error;
  }
}

async function readCompiled(
  database: Queryable,
  state: string,
  generation: number,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await database.query<{ id: string; sql: string }>(
    `select m.node_id as id, n.compiled_code as sql
     from ${state}.mapping as m join ${state}.run_nodes as n on n.run_id = m.built_by and n.node_id = m.node_id
     where m.generation = $1 and n.compiled_code is not null`,
    [generation],
  );
  return new Map(rows.map(({ id, sql }) => [id, sql]));
}

async function readColumns(
  database: Queryable,
  wanted: readonly { readonly id: string; readonly schema: string; readonly name: string }[],
): Promise<ReadonlyMap<string, readonly PlaceColumn[]>> {
  const { rows } = await database.query<{ id: string; name: string; type: string; not_null: boolean }>(
    `select w.id, a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as not_null
     from unnest($1::text[], $2::text[], $3::text[]) as w (id, schema, name)
     join pg_namespace as n on n.nspname = w.schema
     join pg_class as c on c.relnamespace = n.oid and c.relname = w.name and c.relkind in ('r', 'p', 'v', 'm', 'f')
     join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     order by w.id, a.attnum`,
    [wanted.map(({ id }) => id), wanted.map(({ schema }) => schema), wanted.map(({ name }) => name)],
  );
  const columns = new Map<string, PlaceColumn[]>();
  for (const { id, name, type, not_null: notNull } of rows) {
    const list = columns.get(id) ?? [];
    list.push({ name, type, isNullable: !notNull });
    columns.set(id, list);
  }
  return columns;
}
