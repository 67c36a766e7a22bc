import { qualifiedName } from '../../postgres/identifier.js';
import { faultOf } from '../../postgres/fault.js';
import type { Session } from '../../postgres/session.js';
import { readGeneration } from '../publish/generation.js';
import { withShortLock } from './prepare-views.js';
import { placeKey, readColumns } from './read-columns.js';
import { readStableViews, recordStableView } from './stable-views.js';
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
  const columns = await readColumns(session, [
    ...views.values(),
    ...[...generation.nodes.values()].map((node) => node.relation),
  ]);
  const changes: { label: string; statements: string; record: () => Promise<void> }[] = [];
  for (const [key, view] of views) {
    const label = `${view.schema}.${view.name}`;
    const node = wanted.get(key);
    if (!node) {
      changes.push({
        label,
        statements: `drop view if exists ${qualifiedName(view.schema, view.name)}`,
        record: async () => {
          await session.query(`delete from ${state}.stable_views where schema_name = $1 and name = $2`, [
            view.schema,
            view.name,
          ]);
        },
      });
      continue;
    }
    const sameAs = (place: { schema: string; name: string } | undefined): boolean =>
      place?.schema === node.relation.schema && place.name === node.relation.name;
    const present = columns.get(key);
    if (sameAs(view.shows) && !view.next && !view.laggingSince && present) continue;
    const since =
      view.next && sameAs(view.next)
        ? view.next.since
        : sameAs(view.shows)
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
      record: () =>
        recordStableView(session, state, {
          schema: view.schema,
          name: view.name,
          nodeId: node.nodeId,
          shows,
        }),
    });
  }
  if (changes.length === 0) return unsettled;
  const all = await attempt(session, changes);
  if (!all) for (const one of changes) if (!(await attempt(session, [one]))) unsettled.push(one.label);
  return unsettled;
}

async function attempt(
  session: Session,
  changes: readonly { statements: string; record: () => Promise<void> }[],
): Promise<boolean> {
  try {
    return await withShortLock(session, async () => {
      await session.query(changes.map((one) => one.statements).join(';\n'));
      for (const one of changes) await one.record();
    });
  } catch (error) {
    // dependent_objects_still_exist: someone built on a view whose node is gone
    if (faultOf(error)?.sqlstate === '2BP01') return false;
    throw error;
  }
}
