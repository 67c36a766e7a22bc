import { ThauError } from '../../errors/thau-error.js';
import { faultOf } from '../../postgres/fault.js';
import { qualifiedName } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import {
  answerDependents,
  dropStatements,
  type DependentsPolicy,
  type DroppedDependent,
} from './dependents.js';
import { placeKey, readColumns } from './read-columns.js';
import { readShown, readStableViews, recordStableViews, type StableView } from './stable-views.js';
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
  /** What others built on those, and is to go with them. */
  readonly dropped?: readonly DroppedDependent[];
  /** Could not be locked in time: they keep showing the earlier relation until they can be. */
  readonly lagging: readonly ViewChange[];
}

export interface ViewOptions {
  /** thau's own schema, quoted. */
  readonly state: string;
  /** The generation about to be published. */
  readonly generation: number;
  /** What becomes of what others built on columns that go; `refuse` unless given. */
  readonly dependents?: DependentsPolicy;
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
  const dropped: DroppedDependent[] = [];
  const anew: PreparedViews['create'][number][] = [];
  const kept: Switching[] = [];
  for (const one of found.remade) {
    const { change, next } = one;
    const about = { ...one, view: change, old: one.old?.columns };
    const answer = await answerDependents(session, options.state, about, options.dependents ?? 'refuse');
    dropped.push(...answer.drop);
    if (answer.columns && one.old) kept.push(switchTo(options, { ...one, old: one.old }, answer.columns));
    else anew.push({ ...change, columns: next, drop: true });
  }
  const all = [...switching, ...kept];
  const lagging = await replaceViews(session, options.state, all, options.patience ?? 2000);
  return {
    create: [...create, ...anew],
    dropped,
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

type Switching = ViewReplacement & { readonly change: ViewChange; readonly grows: boolean };

/** A stable view, and the relation that it is to show. */
interface Standing {
  readonly change: ViewChange;
  readonly view: StableView;
  readonly present: readonly Column[];
  readonly next: readonly Column[];
  /** What it shows until now; undefined where that is gone. */
  readonly old: (StableView['shows'] & { readonly columns: readonly Column[] }) | undefined;
}

interface Found {
  readonly switching: readonly Switching[];
  /** Nothing stands there yet. */
  readonly create: PreparedViews['create'];
  /** What stands there has other columns. */
  readonly remade: readonly Standing[];
  /** Somebody else made what stands there. */
  readonly foreign: readonly ViewChange[];
}

/** What is to be done for each change; nothing for a view that is ready. */
async function lookAt(
  session: Session,
  changes: readonly ViewChange[],
  options: ViewOptions,
): Promise<Found> {
  const { state, generation: since } = options;
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
    const of = columns.get(placeKey(shows));
    const grown = grownColumns(present, next);
    if (!grown || !of) {
      remade.push({ change, view, present, next, old: of && { ...shows, columns: of } });
      continue;
    }
    const grows = grown.length > present.length;
    const isReady = view.next?.since === since && placeKey(view.next) === placeKey(change.relation);
    if (!grows && isReady) continue;
    const old = { ...shows, columns: of };
    switching.push(switchTo(options, { change, view, present, next, old }, grown));
  }
  return { switching, create, remade, foreign };
}

/** Makes a view switch from what it shows to the relation of the change; both give it `columns`. */
function switchTo(
  { state, generation: since }: ViewOptions,
  { change, view, present, next, old }: Standing & { readonly old: NonNullable<Standing['old']> },
  columns: readonly Column[],
): Switching {
  const branch = { ...change.relation, since };
  const { columns: _columns, ...shows } = old;
  return {
    change,
    grows: columns.length > present.length,
    statement: switchingView(state, change, columns, old, { ...branch, columns: next }),
    was: view,
    becomes: { schema: view.schema, name: view.name, nodeId: change.nodeId, shows, next: branch },
  };
}

/** The part of the publishing transaction: views that are new, and those whose columns changed. */
export async function createViews(tx: Session, prepared: PreparedViews, options: ViewOptions): Promise<void> {
  const statements = [
    ...dropStatements(prepared.dropped ?? []),
    ...prepared.create.flatMap((one) => [
      ...(one.drop ? [`drop view ${qualifiedName(one.schema, one.name)}`] : []),
      simpleView(options.state, one, one.columns, { ...one.relation, since: options.generation }),
    ]),
  ];
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
      tx.later(`set local lock_timeout = '50ms'`);
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
