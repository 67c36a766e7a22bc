import { qualifiedName } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { readGeneration } from '../publish/generation.js';
import { placeKey, readColumns } from './read-columns.js';
import { replaceViews, type ViewReplacement } from './replace-views.js';
import { readStableViews, type StableView } from './stable-views.js';
import { grownColumns, simpleView, type Column } from './view-text.js';

/** Milliseconds spent on views that readers hold: the next call comes back to them. */
const patience = 100;

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
      const statement = `drop view if exists ${qualifiedName(view.schema, view.name)}`;
      changes.push({ label, statement, was: view, becomes: null });
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
    const grown =
      next && (present ? (grownColumns(present, next) ?? keptColumns(view, present, next)) : next);
    if (!grown) {
      unsettled.push(label);
      continue;
    }
    const shows = { schema: node.relation.schema, name: node.relation.name, since };
    changes.push({
      label,
      statement: simpleView(state, view, grown, { ...shows, columns: next }),
      was: view,
      becomes: { schema: view.schema, name: view.name, nodeId: node.nodeId, shows },
    });
  }
  const held = await replaceViews(session, state, changes, patience);
  return [...unsettled, ...held.map((one) => one.label)];
}

/** The columns of a view that was made to keep some which its relation lacks. */
function keptColumns(
  view: StableView,
  present: readonly Column[],
  next: readonly Column[],
): readonly Column[] | undefined {
  const types = new Map(present.map((column) => [column.name, column.type]));
  const holdsAll = next.every((column) => types.get(column.name) === column.type);
  return view.next && holdsAll ? present : undefined;
}

interface Change extends ViewReplacement {
  readonly label: string;
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
