import { ThauError } from '../../errors/thau-error.js';
import { faultOf } from '../../postgres/fault.js';
import { qualifiedName } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { placeKey, readColumns } from './read-columns.js';
import { dependentsOf, readShown, readStableViews, recordStableViews } from './stable-views.js';
import { replaceViews, type ViewReplacement } from './replace-views.js';
import { grownColumns, simpleView, switchingView, type Column } from './view-text.js';

/** A node whose stable view is to show another relation from the next generation on. */
export interface ViewChange {
  readonly nodeId: string;
  readonly schema: string;
  readonly name: string;
  readonly relation: { readonly schema: string; readonly name: string };
}

/** What is left to do in the publishing transaction, since it cannot be done before without being seen. */
export interface PreparedViews {
  /** To be created; `drop` where a view of other columns stands there. */
  readonly create: readonly (ViewChange & { readonly columns: readonly Column[]; readonly drop: boolean })[];
  /** Could not be locked in time: they keep showing the earlier relation until they can be. */
  readonly lagging: readonly ViewChange[];
}

export interface ViewOptions {
  /** thau's own schema, quoted. */
  readonly state: string;
  /** The generation about to be published. */
  readonly generation: number;
  /** Milliseconds spent on views that readers keep locked; 2,000 unless given. */
  readonly patience?: number;
}

/**
 * Makes the stable views of all changes switch by themselves when `generation` is published, each in a short
 * transaction: a reader waits at most the lock timeout, and no two views are ever locked together. Throws when a column that others built on would go.
 */
export async function prepareViews(
  session: Session,
  changes: readonly ViewChange[],
  options: ViewOptions,
): Promise<PreparedViews> {
  const { switching, create, ...found } = await lookAt(session, changes, options);
  const [foreign] = found.foreign;
  if (foreign) throw foreignRelation(foreign);
  for (const { change, present, next } of found.remade) await refuseIfBuiltOn(session, change, present, next);
  const lagging = await replaceViews(session, options.state, switching, options.patience ?? 2000);
  return {
    create: [
      ...create,
      ...found.remade.map(({ change, next }) => ({ ...change, columns: next, drop: true })),
    ],
    lagging: lagging.map((one) => one.change),
  };
}

/**
 * Does the same while the run still goes on, for what nobody can tell from the view as it is: its columns stay, and
 * nobody is waited for. Answers how many were made ready; the rest is left to `prepareViews`.
 */
export async function prepareViewsAhead(
  session: Session,
  changes: readonly ViewChange[],
  options: ViewOptions,
): Promise<number> {
  const { switching } = await lookAt(session, changes, options);
  const same = switching.filter((one) => !one.grows);
  return same.length - (await replaceViews(session, options.state, same, 0)).length;
}

interface Found {
  readonly switching: readonly (ViewReplacement & { readonly change: ViewChange; readonly grows: boolean })[];
  /** Nothing stands there yet. */
  readonly create: PreparedViews['create'];
  /** What stands there has other columns. */
  readonly remade: readonly {
    readonly change: ViewChange;
    readonly present: readonly Column[];
    readonly next: readonly Column[];
  }[];
  /** Somebody else made what stands there. */
  readonly foreign: readonly ViewChange[];
}

/** What is to be done for each change; nothing for a view that is ready. */
async function lookAt(
  session: Session,
  changes: readonly ViewChange[],
  { state, generation: since }: ViewOptions,
): Promise<Found> {
  const known = await readStableViews(session, state, changes);
  const shown = await readShown(session, state, known);
  const columns = await readColumns(session, [
    ...changes,
    ...changes.map((change) => change.relation),
    ...changes.flatMap((change) => shown.get(placeKey(change)) ?? []),
  ]);
  const switching: Found['switching'][number][] = [];
  const create: Found['create'][number][] = [];
  const remade: Found['remade'][number][] = [];
  const foreign: ViewChange[] = [];
  for (const change of changes) {
    const next = columns.get(placeKey(change.relation)) ?? [];
    const present = columns.get(placeKey(change));
    const view = known.get(placeKey(change));
    const shows = shown.get(placeKey(change));
    if (present && !view) {
      foreign.push(change);
      continue;
    }
    if (!present || !view || !shows) {
      create.push({ ...change, columns: next, drop: false });
      continue;
    }
    const grown = grownColumns(present, next);
    const old = columns.get(placeKey(shows));
    if (!grown || !old) {
      remade.push({ change, present, next });
      continue;
    }
    const grows = grown.length > present.length;
    const branch = { ...change.relation, since };
    if (!grows && view.next?.since === since && placeKey(view.next) === placeKey(branch)) continue;
    switching.push({
      change,
      grows,
      statement: switchingView(state, change, grown, { ...shows, columns: old }, branch),
      was: view,
      becomes: { schema: view.schema, name: view.name, nodeId: change.nodeId, shows, next: branch },
    });
  }
  return { switching, create, remade, foreign };
}

/** The part of the publishing transaction: views that are new, and those whose columns changed. */
export async function createViews(tx: Session, prepared: PreparedViews, options: ViewOptions): Promise<void> {
  const statements = prepared.create.flatMap((one) => [
    ...(one.drop ? [`drop view ${qualifiedName(one.schema, one.name)}`] : []),
    simpleView(options.state, one, one.columns, { ...one.relation, since: options.generation }),
  ]);
  if (statements.length > 0) await tx.query(statements.join(';\n'));
  await recordStableViews(
    tx,
    options.state,
    prepared.create.map(({ schema, name, nodeId, relation }) => ({
      schema,
      name,
      nodeId,
      shows: { ...relation, since: options.generation },
    })),
  );
  if (prepared.lagging.length > 0) {
    await tx.query(
      `update ${options.state}.stable_views as v set lagging_since = coalesce(lagging_since, clock_timestamp())
       from unnest($1::text[], $2::text[]) as l (schema, name) where v.schema_name = l.schema and v.name = l.name`,
      [prepared.lagging.map((one) => one.schema), prepared.lagging.map((one) => one.name)],
    );
  }
}

/** Runs `work` in a transaction that gives up after 50 ms of waiting for a lock; false when it did. */
export async function withShortLock(session: Session, work: () => Promise<void>): Promise<boolean> {
  try {
    await session.transaction(async (tx) => {
      await tx.query(`set local lock_timeout = '50ms'`);
      await work();
    });
    return true;
  } catch (error) {
    // lock_not_available, deadlock_detected
    if (['55P03', '40P01'].includes(faultOf(error)?.sqlstate ?? '')) return false;
    throw error;
  }
}

/** thau never replaces what it did not make. */
export function foreignRelation(
  place: { readonly schema: string; readonly name: string },
  others: readonly string[] = [],
): ThauError {
  return new ThauError(
    'BUILD_FOREIGN_RELATION',
    `${place.schema}.${place.name} exists, and thau did not make it.`,
    {
      notes: others.map((other) => `so does ${other}`),
      hint: `Take it over with its rows: thau adopt --select ${place.name}. Or move it away (alter table ${place.schema}.${place.name} rename to …; or set schema …), or give the node another alias or schema.`,
    },
  );
}

async function refuseIfBuiltOn(
  session: Session,
  change: ViewChange,
  present: readonly Column[],
  next: readonly Column[],
): Promise<void> {
  const dependents = await dependentsOf(session, change);
  if (dependents.length === 0) return;
  const types = new Map(next.map((column) => [column.name, column.type]));
  const broken = present
    .filter((column) => types.get(column.name) !== column.type)
    .map((column) => {
      const now = types.get(column.name);
      return now === undefined
        ? `column "${column.name}" is gone`
        : `column "${column.name}" was ${column.type} and becomes ${now}`;
    });
  throw new ThauError(
    'BUILD_VIEW_HAS_DEPENDENTS',
    `${change.schema}.${change.name} changes its columns, and others built on it: ${dependents.join(', ')}.`,
    {
      notes: broken,
      hint: 'Keep the columns, or drop what stands on the view and run again; thau drops nothing it did not make.',
    },
  );
}
