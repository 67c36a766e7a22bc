import { ThauError } from '../../errors/thau-error.js';
import { qualifiedName } from '../../postgres/identifier.js';
import type { Queryable } from '../../postgres/queryable.js';
import { dependentsOf } from './stable-views.js';
import type { Column } from './view-text.js';

/**
 * What becomes of views that others built on a stable view whose columns change: `refuse` publishes nothing and names
 * them, `keep` leaves lost columns in the stable view, without values, and `drop` drops what was built on it.
 */
export type DependentsPolicy = 'refuse' | 'keep' | 'drop';

const how = 'with thau retry (or thau rollback) --dependents';
const drops = 'drops what others built, and prints it';

interface Place {
  readonly schema: string;
  readonly name: string;
}

/** A view of somebody else's that goes, with the statement that made it. */
export interface DroppedDependent {
  readonly kind: 'view' | 'materialized view';
  readonly schema: string;
  readonly name: string;
  readonly definition: string;
}

export interface ChangingView {
  readonly view: Place;
  readonly present: readonly Column[];
  readonly next: readonly Column[];
  /** Of the relation that it shows until now. */
  readonly old: readonly Column[] | undefined;
}

export interface DependentsAnswer {
  /** The columns that the view goes on with; undefined: it is made anew. */
  readonly columns?: readonly Column[];
  /** Dropped before it is, the outermost first. */
  readonly drop: readonly DroppedDependent[];
}

/** What is to be done about a stable view that cannot simply take the columns of its next relation. */
export async function answerDependents(
  database: Queryable,
  state: string,
  { view, present, next, old }: ChangingView,
  policy: DependentsPolicy,
): Promise<DependentsAnswer> {
  const dependents = await dependentsOf(database, view);
  if (dependents.length === 0) return { drop: [] };
  const types = new Map(next.map((column) => [column.name, column.type]));
  const changed = present.filter((column) => types.get(column.name) !== column.type);
  const lost = changed.filter((column) => !types.has(column.name));
  const before = new Set(old?.map((column) => column.name));
  // what an earlier run was told to keep stays without being asked for again
  const isKept = lost.every((column) => old !== undefined && !before.has(column.name));
  if (lost.length === changed.length && (policy === 'keep' || isKept)) {
    const known = new Set(present.map((column) => column.name));
    return { columns: [...present, ...next.filter((column) => !known.has(column.name))], drop: [] };
  }
  if (policy === 'drop') return { drop: await dropped(database, state, view, dependents) };
  throw new ThauError(
    'BUILD_VIEW_HAS_DEPENDENTS',
    `${view.schema}.${view.name} changes its columns, and others built on it: ${dependents.join(', ')}.`,
    {
      notes: changed.map((column) => {
        const now = types.get(column.name);
        return now === undefined
          ? `column "${column.name}" is gone`
          : `column "${column.name}" was ${column.type} and becomes ${now}`;
      }),
      hint:
        lost.length === changed.length
          ? `Keep the columns in the model, or go on ${how}: keep (the stable view keeps what is gone, without values) or drop (${drops}).`
          : `Keep the type, or give the column another name; or go on ${how}: drop (${drops}).`,
    },
  );
}

/** The views upon a view, those on top of others first. */
async function dropped(
  database: Queryable,
  state: string,
  view: Place,
  dependents: readonly string[],
): Promise<readonly DroppedDependent[]> {
  const { rows } = await database.query<DroppedDependent & { ours: boolean }>(
    `with recursive upon as (
         select c.oid, 0 as depth
         from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
         where n.nspname = $1 and c.relname = $2
         union
         select r.ev_class, u.depth + 1
         from upon as u
         join pg_depend as d on d.refclassid = 'pg_class'::regclass and d.refobjid = u.oid
              and d.classid = 'pg_rewrite'::regclass
         join pg_rewrite as r on r.oid = d.objid and r.ev_class <> u.oid
     )
     select case c.relkind when 'm' then 'materialized view' else 'view' end as kind,
            n.nspname as schema, c.relname as name, pg_get_viewdef(c.oid) as definition,
            exists (select from ${state}.relations as o
                    where o.relation_schema = n.nspname and o.relation_name = c.relname) as ours
     from (select oid, max(depth) as depth from upon group by oid) as u
     join pg_class as c on c.oid = u.oid
     join pg_namespace as n on n.oid = c.relnamespace
     where u.depth > 0
     order by u.depth desc, 2, 3`,
    [view.schema, view.name],
  );
  const listed = new Set(rows.flatMap(({ schema, name }) => [name, `${schema}.${name}`]));
  const ours = rows.find((row) => row.ours);
  const other = dependents.find((one) => !listed.has(one.replaceAll('"', '')));
  if (!ours && other === undefined) return rows;
  throw new ThauError(
    'BUILD_VIEW_HAS_DEPENDENTS',
    ours
      ? `${ours.schema}.${ours.name} reads ${view.schema}.${view.name} by its name, and is one of the project's own.`
      : `${other ?? ''} stands on ${view.schema}.${view.name}, and is no view.`,
    {
      hint: ours
        ? 'Write ref() in place of the name, and build that model too.'
        : 'Drop it yourself, then run thau retry.',
    },
  );
}

/** The statements that drop what others built, never with cascade: what came meanwhile stops them. */
export function dropStatements(drop: readonly DroppedDependent[]): readonly string[] {
  return drop.map(({ kind, schema, name }) => `drop ${kind} if exists ${qualifiedName(schema, name)}`);
}

/** What was dropped, as it could be made again. */
export function droppedText({ kind, schema, name, definition }: DroppedDependent): string {
  return `Dropped, since it stood on columns that are gone: create ${kind} ${qualifiedName(schema, name)} as\n${definition}`;
}
