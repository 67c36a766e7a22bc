import { qualifiedName } from '../../postgres/identifier.js';
import { faultOf } from '../../postgres/fault.js';
import type { Session } from '../../postgres/session.js';
import { readGeneration } from '../publish/generation.js';
import { withShortLock } from './prepare-views.js';
import { placeKey, readColumns } from './read-columns.js';
import { readStableViews, recordStableViews, type StableView } from './stable-views.js';
import { grownColumns, simpleView } from './view-text.js';

/**
 * Brings stable views to what the current generation shows, with one branch each: after a publish, and before a
 * run to undo what a dead one prepared. Views of nodes that are gone are dropped, unless others built on them.
 * Answers the views that could not be locked or changed now; a later call tries again.
 */
export async function settleViews(session: Session, state: string): Promise<readonly string[]> {
  const views = await readStableViews(session, state);
  const generation = await readGeneration(session, state);
  const unsettled: string[] = [];
  const wanted = new Map([...generation.nodes.values()].map((node) => [placeKey(node), node]));
  const settled = [...views].flatMap(([key, view]) => {
    const node = wanted.get(key);
    return node && isSettled(view, node.relation) ? [view] : [];
  });
  const standing = await existing(session, settled);
  const open = [...views].filter(([key]) => !standing.has(key));
  if (open.length === 0) return [];
  const columns = await readColumns(
    session,
    open.flatMap(([key, view]) => [view, ...(wanted.has(key) ? [wanted.get(key)?.relation ?? view] : [])]),
  );
  const changes: Change[] = [];
  for (const [key, view] of open) {
    const label = `${view.schema}.${view.name}`;
    const node = wanted.get(key);
    if (!node) {
      const statements = `drop view if exists ${qualifiedName(view.schema, view.name)}`;
      changes.push({ label, statements, gone: view });
      continue;
    }
    const present = columns.get(key);
    const since =
      view.next && isSame(view.next, node.relation)
        ? view.next.since
        : isSame(view.shows, node.relation)
          ? view.shows.since
          : generation.number;
    const next = columns.get(placeKey(node.relation));
    const grown = next && (present ? grownColumns(present, next) : next);
    if (!grown) {
      unsettled.push(label);
      continue;
    }
    const shows = { schema: node.relation.schema, name: node.relation.name, since };
    changes.push({
      label,
      statements: simpleView(state, view, grown, shows),
      record: { schema: view.schema, name: view.name, nodeId: node.nodeId, shows },
    });
  }
  if (changes.length === 0) return unsettled;
  const all = await attempt(session, state, changes);
  if (!all) for (const one of changes) if (!(await attempt(session, state, [one]))) unsettled.push(one.label);
  return unsettled;
}

interface Change {
  readonly label: string;
  readonly statements: string;
  /** What the view shows afterwards, or the view that is gone. */
  readonly record?: StableView;
  readonly gone?: StableView;
}

interface Place {
  readonly schema: string;
  readonly name: string;
}

const isSame = (a: Place, b: Place): boolean => a.schema === b.schema && a.name === b.name;

/** One branch, over what the generation shows. */
function isSettled(view: StableView, relation: Place): boolean {
  return isSame(view.shows, relation) && !view.next && !view.laggingSince;
}

/** Those of the places where something stands, by `placeKey`. */
async function existing(session: Session, places: readonly Place[]): Promise<ReadonlySet<string>> {
  const { rows } = await session.query<Place>(
    `select wanted.schema, wanted.name from unnest($1::text[], $2::text[]) as wanted (schema, name)
     where to_regclass(format('%I.%I', wanted.schema, wanted.name)) is not null`,
    [places.map((place) => place.schema), places.map((place) => place.name)],
  );
  return new Set(rows.map(placeKey));
}

async function attempt(session: Session, state: string, changes: readonly Change[]): Promise<boolean> {
  try {
    return await withShortLock(session, async () => {
      await session.query(changes.map((one) => one.statements).join(';\n'));
      await recordStableViews(
        session,
        state,
        changes.flatMap((one) => one.record ?? []),
      );
      const gone = changes.flatMap((one) => one.gone ?? []);
      if (gone.length === 0) return;
      await session.query(
        `delete from ${state}.stable_views as v using unnest($1::text[], $2::text[]) as g (schema, name)
         where v.schema_name = g.schema and v.name = g.name`,
        [gone.map((view) => view.schema), gone.map((view) => view.name)],
      );
    });
  } catch (error) {
    // dependent_objects_still_exist: someone built on a view whose node is gone
    if (faultOf(error)?.sqlstate === '2BP01') return false;
    throw error;
  }
}
