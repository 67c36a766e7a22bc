import type { Queryable } from '../../postgres/queryable.js';

/** Words and functions of PostgreSQL whose answer depends on the moment or the session, though they are STABLE. */
const ofTheMoment: ReadonlySet<string> = new Set([
  'current_date',
  'current_time',
  'current_timestamp',
  'localtime',
  'localtimestamp',
  'current_user',
  'session_user',
  'current_role',
  'current_catalog',
  'current_schema',
  'user',
  'now',
  'transaction_timestamp',
  'statement_timestamp',
  'age',
  'current_setting',
]);

export interface FunctionFacts {
  /** Those that may answer differently over the same rows. */
  readonly volatile: ReadonlySet<string>;
  /** Digests of the definitions of those that others made: a changed body is a changed model. */
  readonly definitions: ReadonlyMap<string, string>;
}

/**
 * What `pg_proc` says of some function names. Volatile are: VOLATILE ones, whatever they are called; STABLE ones that
 * others made, since those read tables; and what depends on the moment.
 */
export async function readFunctions(database: Queryable, names: ReadonlySet<string>): Promise<FunctionFacts> {
  const { rows } = await database.query<{ name: string; volatile: boolean; definition: string | null }>(
    `select p.proname as name, bool_or(p.provolatile = 'v' or (p.provolatile = 's' and not f.own)) as volatile,
            md5(string_agg(case when not f.own then concat_ws(' ', n.nspname, p.oid::regprocedure, p.prosrc,
                                p.provolatile, p.proconfig, p.prosqlbody::text) end, '|' order by p.oid)) as definition
     from pg_proc as p
     join pg_namespace as n on n.oid = p.pronamespace
     cross join lateral (select n.nspname in ('pg_catalog', 'information_schema') as own) as f
     where p.proname = any ($1::text[])
     group by p.proname`,
    [[...names]],
  );
  return {
    volatile: new Set([
      ...rows.filter((row) => row.volatile).map((row) => row.name),
      ...[...names].filter((name) => ofTheMoment.has(name)),
    ]),
    definitions: new Map(
      rows.flatMap((row) => (row.definition === null ? [] : [[row.name, row.definition] as const])),
    ),
  };
}
