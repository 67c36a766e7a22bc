import { faultOf } from '../postgres/fault.js';
import { quoteIdentifier, quoteLiteral } from '../postgres/identifier.js';
import type { Session } from '../postgres/session.js';
import { sqlName } from './relation.js';
import { tendVersions } from './versioned/tend-versions.js';

export interface GarbageOptions {
  /** thau's own schema, quoted. */
  readonly state: string;
  /** Generations kept, the current one included; 2 unless given. */
  readonly keep?: number;
  /** Runs whose candidates stay although nothing maps to them: the one going on, and one that is retried. */
  readonly spareRuns?: readonly number[];
}

export interface GarbageReport {
  readonly dropped: number;
  /** What could not go yet, and why; a later collection tries again. */
  readonly queued: readonly { readonly relation: string; readonly because: string }[];
}

interface Place {
  schema: string;
  name: string;
}

interface Candidate extends Place {
  kind: string;
  visible: boolean;
}

/**
 * Drops the relations that no kept generation maps to: one relation per transaction, never with cascade, and
 * never while a snapshot is open that was taken before its retirement. A lock is waited for 50 ms at most, so
 * that no reader queues behind it.
 */
export async function collectGarbage(session: Session, options: GarbageOptions): Promise<GarbageReport> {
  const { state } = options;
  await retire(session, options);
  // views first and the newest first: what reads another goes before it
  const { rows } = await session.query<Candidate>(
    `select r.relation_schema as schema, r.relation_name as name, r.relation_kind as kind,
            coalesce((select max(age(a.backend_xmin)) from pg_stat_activity as a
                      where a.backend_xmin is not null and a.pid <> pg_backend_pid()
                        and a.datname = current_database()) >= age(r.retired_xid::xid), false)
            or exists (select from pg_locks as l where l.locktype = 'virtualxid' and l.granted
                       and l.pid <> pg_backend_pid() and l.virtualxid = any (r.retired_beside)) as visible
     from ${state}.relations as r
     where r.retired_at is not null and r.relation_kind <> 'schema'
     order by r.relation_kind = 'table', r.made_at desc`,
  );
  const queued: GarbageReport['queued'][number][] = [];
  const droppable: Candidate[] = [];
  for (const candidate of rows) {
    if (!candidate.visible) droppable.push(candidate);
    else queued.push({ relation: nameOf(candidate), because: 'a transaction that began before still runs' });
  }
  const kept = await dropEach(session, state, droppable, await failuresOver(session, state, droppable));
  for (const [place, because] of kept) {
    const candidate = droppable[place];
    if (candidate) queued.push({ relation: nameOf(candidate), because });
  }
  await tendVersions(session, state);
  await dropEmptySchemas(session, options);
  return { dropped: droppable.length - kept.size, queued };
}

/**
 * Marks what no kept or leased generation shows any more. The generations are locked before they are looked at: a
 * lease is taken on a locked row as well, so that one of the two comes first.
 */
async function retire(session: Session, { state, keep = 2, spareRuns }: GarbageOptions): Promise<void> {
  await session.transaction(async (tx) => {
    tx.later(`delete from ${state}.leases where expires_at <= clock_timestamp()`);
    await tx.joined(`select from ${state}.generations where retired_at is null for update`);
    await tx.query(
      `with kept as (
           (select generation from ${state}.generations order by generation desc limit $1)
           union select generation from ${state}.pointer
           union select generation from ${state}.leases
       ), gone as (
           update ${state}.generations as g set retired_at = clock_timestamp()
           where g.retired_at is null and g.generation not in (select generation from kept)
           returning g.generation
       ), unseen as (
           -- their snapshots are ours to see with that right alone; then an open transaction counts as a reader
           select coalesce(array_agg(l.virtualxid), '{}') as xids from pg_locks as l
           where l.locktype = 'virtualxid' and l.granted and l.pid <> pg_backend_pid()
             and not pg_has_role(current_user, 'pg_read_all_stats', 'usage')
             and l.pid in (select a.pid from pg_stat_activity as a where a.datname = current_database())
       )
       update ${state}.relations as r
       set retired_at = clock_timestamp(), retired_xid = pg_current_xact_id(), retired_beside = u.xids
       from unseen as u
       where r.retired_at is null and r.run_id <> all ($2::bigint[]) and r.run_id <> 0 and r.relation_kind <> 'schema'
         and not exists (
             select from ${state}.mapping as m join kept using (generation)
             where m.relation_schema = r.relation_schema and m.relation_name = r.relation_name)`,
      [keep, spareRuns ?? []],
    );
  });
}

function nameOf({ schema, name }: Place): string {
  return `${schema}.${name}`;
}

/** Each in a transaction of its own, within one statement sent. Answers why some could not go, by their places. */
async function dropEach(
  session: Session,
  state: string,
  relations: readonly Candidate[],
  failures: ReadonlyMap<string, readonly Place[]>,
): Promise<ReadonlyMap<number, string>> {
  if (relations.length === 0) return new Map();
  const work = relations.map((relation, place) => {
    const views = failures.get(nameOf(relation)) ?? [];
    return {
      place,
      statement: [
        ...views.flatMap((view) => [`drop view ${sqlName(view)}`, forget(state, view)]),
        `drop ${relation.kind} if exists ${sqlName(relation)}`,
        forget(state, relation),
      ].join(';\n'),
    };
  });
  await session.query(`do ${quoteLiteral(dropping(JSON.stringify(work)))}`);
  const { rows } = await session.query<{ kept: Record<string, string> }>(
    `select current_setting('thau.kept')::jsonb as kept`,
  );
  return new Map(
    Object.entries(rows[0]?.kept ?? {}).map(([place, because]) => [Number(place), because] as const),
  );
}

function dropping(work: string): string {
  return `declare
    one record;
    kept jsonb := '{}';
    detail text;
begin
    for one in
        select w.* from jsonb_to_recordset(${quoteLiteral(work)}::jsonb) as w (place int, statement text)
    loop
        begin
            perform set_config('lock_timeout', '50ms', true);
            execute one.statement;
        exception
            when lock_not_available or deadlock_detected then
                kept := kept || jsonb_build_object(one.place, 'someone reads it');
            when dependent_objects_still_exist then
                get stacked diagnostics detail = pg_exception_detail;
                kept := kept || jsonb_build_object(
                    one.place, 'others depend on it (' || split_part(coalesce(nullif(detail, ''), sqlerrm), e'\n', 1) || ')');
            when wrong_object_type then
                kept := kept || jsonb_build_object(one.place, 'it is no longer of the kind thau made');
        end;
        commit;
    end loop;
    perform set_config('thau.kept', kept::text, false);
end`;
}

function forget(state: string, { schema, name }: { schema: string; name: string }): string {
  return `delete from ${state}.relations
       where relation_schema = ${quoteLiteral(schema)} and relation_name = ${quoteLiteral(name)}`;
}

/**
 * Views of `store_failures_as` over a relation that goes: a test that ran again would have made them anew over what
 * came after, so that these are left from a test that is gone or whose run failed.
 */
async function failuresOver(
  session: Session,
  state: string,
  relations: readonly Place[],
): Promise<ReadonlyMap<string, readonly Place[]>> {
  const { rows } = await session.query<Place & { over: string }>(
    `select distinct r.relation_schema as schema, r.relation_name as name, gone.schema || '.' || gone.name as over
     from unnest($1::text[], $2::text[]) as gone (schema, name)
     join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
          and d.refobjid = to_regclass(format('%I.%I', gone.schema, gone.name))
     join pg_rewrite as w on w.oid = d.objid
     join pg_class as c on c.oid = w.ev_class and c.relkind = 'v'
     join pg_namespace as n on n.oid = c.relnamespace
     join ${state}.relations as r on r.relation_schema = n.nspname and r.relation_name = c.relname
     where r.run_id = 0 and r.relation_kind = 'view'`,
    [relations.map(({ schema }) => schema), relations.map(({ name }) => name)],
  );
  const found = new Map<string, Place[]>();
  for (const { over, ...view } of rows) found.set(over, [...(found.get(over) ?? []), view]);
  return found;
}

/** A run's schemas are registered like its relations, with an empty name. */
async function dropEmptySchemas(session: Session, { state, spareRuns }: GarbageOptions): Promise<void> {
  const { rows } = await session.query<{ schema: string }>(
    `select s.relation_schema as schema from ${state}.relations as s
     where s.relation_kind = 'schema' and s.run_id <> all ($1::bigint[])
       and not exists (select from ${state}.relations as r
                       where r.relation_schema = s.relation_schema and r.relation_kind <> 'schema')`,
    [spareRuns ?? []],
  );
  for (const { schema } of rows) {
    try {
      await session.transaction(async (tx) => {
        await tx.query(`set local lock_timeout = '50ms'; drop schema if exists ${quoteIdentifier(schema)}`);
        await tx.query(
          `delete from ${state}.relations where relation_schema = $1 and relation_kind = 'schema'`,
          [schema],
        );
      });
    } catch (error) {
      // someone made something of their own in it; it stays
      if (!['2BP01', '55P03', '40P01'].includes(faultOf(error)?.sqlstate ?? '')) throw error;
    }
  }
}
