import { quoteLiteral } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { stableViewRow, type StableView } from './stable-views.js';

/** A stable view's new definition, and what is noted of it with it. */
export interface ViewReplacement {
  readonly statement: string;
  /** What the view was when the statement was thought out: a view that somebody else changed since is left alone. */
  readonly was: StableView;
  /** What it is afterwards; null when the view is gone. */
  readonly becomes: StableView | null;
}

/**
 * Replaces views, each in a transaction of its own within one statement sent: a reader waits for one view at most, and
 * never longer than for the lock that thau gives up. A view that someone holds is left and come back to until
 * `patience` milliseconds are over, so that one slow reader holds up nothing but its own views. Answers those that
 * could not be replaced; throws for any other fault.
 */
export async function replaceViews<T extends ViewReplacement>(
  session: Session,
  state: string,
  replacements: readonly T[],
  patience: number,
): Promise<readonly T[]> {
  const end = performance.now() + patience;
  let left = replacements;
  for (let wait = 1; left.length > 0; wait *= 2) {
    // a round lasts half a second at most, however many are held
    const timeout = Math.max(1, Math.min(wait, 50, Math.floor(500 / left.length)));
    const done = await replaceOnce(session, state, left, timeout);
    left = left.filter((_, place) => !done.has(place + 1));
    if (performance.now() >= end) break;
  }
  return left;
}

/** The places, from 1, of those that were replaced. */
async function replaceOnce(
  session: Session,
  state: string,
  replacements: readonly ViewReplacement[],
  timeout: number,
): Promise<ReadonlySet<number>> {
  const work = replacements.map(({ statement, was, becomes }, index) => {
    const before = stableViewRow(was);
    return {
      place: index + 1,
      statement,
      was: compared.map((column) => before[column]),
      gone: becomes === null,
      ...(becomes === null ? before : stableViewRow(becomes)),
    };
  });
  await session.query(`do ${quoteLiteral(replaceEach(state, JSON.stringify(work), timeout))}`);
  const { rows } = await session.query<{ done: string }>(`select current_setting('thau.replaced') as done`);
  return new Set((rows[0]?.done ?? '').split(',').filter(Boolean).map(Number));
}

/** What a view shows and will show. */
const compared = ['shows_schema', 'shows_name', 'shows_since', 'next_schema', 'next_name', 'next_since'];

/**
 * Locks not to be had, deadlocks, and a view to be dropped on which others built pass by. The view's row is locked
 * before the view is, and has to be what it was: a process that wakes up late finds what another run made of it.
 */
function replaceEach(state: string, work: string, timeout: number): string {
  return `declare
    one record;
    done int[] := '{}';
begin
    for one in
        select w.* from jsonb_to_recordset(${quoteLiteral(work)}::jsonb) as w (
            place int, statement text, was jsonb, gone boolean, schema_name text, name text, node_id text,
            shows_schema text, shows_name text, shows_since bigint, next_schema text, next_name text, next_since bigint)
    loop
        begin
            perform set_config('lock_timeout', '${timeout}ms', true);
            -- none of them matters before the publishing commit, which takes all to the disk
            perform set_config('synchronous_commit', 'off', true);
            perform from ${state}.stable_views as v
            where v.schema_name = one.schema_name and v.name = one.name
              and jsonb_build_array(${compared.map((column) => `v.${column}`).join(', ')}) = one.was
            for update;
            if found then
                execute one.statement;
                if one.gone then
                    delete from ${state}.stable_views as v
                    where v.schema_name = one.schema_name and v.name = one.name;
                else
                    update ${state}.stable_views as v set
                        node_id = one.node_id, shows_schema = one.shows_schema, shows_name = one.shows_name,
                        shows_since = one.shows_since, next_schema = one.next_schema, next_name = one.next_name,
                        next_since = one.next_since, lagging_since = null
                    where v.schema_name = one.schema_name and v.name = one.name;
                end if;
                done := done || one.place;
            end if;
        exception when lock_not_available or deadlock_detected or dependent_objects_still_exist then null;
        end;
        commit;
    end loop;
    perform set_config('thau.replaced', array_to_string(done, ','), false);
end`;
}
