import { quoteLiteral } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { recordStatement, stableViewRow, type StableView } from './stable-views.js';

/** A stable view's new definition, and what is noted of it with it. */
export interface ViewReplacement {
  readonly statement: string;
  /** What the view shows afterwards; without it the view is gone. */
  readonly record?: StableView;
  readonly gone?: { readonly schema: string; readonly name: string };
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
  const work = replacements.map(({ statement, record, gone }) => ({
    statement,
    record: record ? stableViewRow(record) : null,
    gone: gone ? { schema: gone.schema, name: gone.name } : null,
  }));
  await session.query(`do ${quoteLiteral(replaceEach(state, JSON.stringify(work), timeout))}`);
  const { rows } = await session.query<{ done: string }>(`select current_setting('thau.replaced') as done`);
  return new Set((rows[0]?.done ?? '').split(',').filter(Boolean).map(Number));
}

/** Locks not to be had, deadlocks, and a view to be dropped on which others built pass by. */
function replaceEach(state: string, work: string, timeout: number): string {
  return `declare
    one record;
    done int[] := '{}';
begin
    for one in select w.value, w.ordinality from jsonb_array_elements(${quoteLiteral(work)}::jsonb) with ordinality as w loop
        begin
            perform set_config('lock_timeout', '${timeout}ms', true);
            -- none of them matters before the publishing commit, which takes all to the disk
            perform set_config('synchronous_commit', 'off', true);
            execute one.value ->> 'statement';
            if jsonb_typeof(one.value -> 'record') = 'object' then
                ${recordStatement(state, `jsonb_build_array(one.value -> 'record')`)};
            else
                delete from ${state}.stable_views as v
                where v.schema_name = one.value -> 'gone' ->> 'schema' and v.name = one.value -> 'gone' ->> 'name';
            end if;
            done := done || one.ordinality::int;
        exception when lock_not_available or deadlock_detected or dependent_objects_still_exist then null;
        end;
        commit;
    end loop;
    perform set_config('thau.replaced', array_to_string(done, ','), false);
end`;
}
