import type { Queryable } from '../../postgres/queryable.js';

/** Rows taken at once: a history left alone for years goes over many runs, and no run waits for it. */
const atOnce = 1000;

/**
 * Forgets runs that finished longer ago than `keep` milliseconds, with their nodes, their retired generations and the
 * requests that were answered by then. What anything still stands on stays: kept generations, the runs that made their
 * relations, and generations that a stable view tells readers' snapshots by.
 */
export async function dropOldHistory(database: Queryable, state: string, keep: number): Promise<void> {
  // the API keeps in memory what it serves; a generation that is not kept is never loaded again
  await database.query(
    `delete from ${state}.artifacts as a using ${state}.generations as g
     where g.generation = a.generation and g.retired_at is not null`,
  );
  if (keep <= 0) return;
  const before = `clock_timestamp() - make_interval(secs => ${keep / 1000})`;
  await database.query(
    `with gone as (delete from ${state}.generations where generation in (
         select g.generation from ${state}.generations as g
         where g.retired_at < ${before}
           and not exists (select from ${state}.stable_views as v
                           where g.generation in (v.shows_since, v.next_since))
           and not exists (select from ${state}.leases as l
                           where l.generation = g.generation and l.expires_at > clock_timestamp())
         order by g.generation limit ${atOnce}) returning generation)
     delete from ${state}.mapping as m using gone where m.generation = gone.generation`,
  );
  await database.query(
    `delete from ${state}.runs where run_id in (
         select r.run_id from ${state}.runs as r
         where r.finished_at < ${before} and r.state <> 'running'
           and not exists (select from ${state}.generations as g where g.run_id = r.run_id)
           and not exists (select from ${state}.mapping as m where m.built_by = r.run_id)
           and not exists (select from ${state}.relations as b where b.run_id = r.run_id)
         order by r.run_id limit ${atOnce})`,
  );
  await database.query(
    `delete from ${state}.requests where request_id in (
         select request_id from ${state}.requests
         where state in ('done', 'refused') and requested_at < ${before}
         order by request_id limit ${atOnce})`,
  );
}
