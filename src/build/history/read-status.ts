import type { Queryable } from '../../postgres/queryable.js';
import { readHistory, type RunRow } from './read-history.js';

export interface WarehouseStatus {
  /** The generation shown now; null before the first publish. */
  readonly generation: number | null;
  readonly publishedAt: Date | null;
  readonly relations: number;
  /** Nodes that show an earlier state than what they read. */
  readonly stale: readonly { readonly node: string; readonly since: Date }[];
  /** Stable views that still show an earlier relation. */
  readonly lagging: readonly string[];
  /** Relations that wait to be dropped. */
  readonly garbage: number;
  /** Readers that keep a generation, by the database's clock. */
  readonly leases: readonly { readonly generation: number; readonly holder: string }[];
  /** What somebody asked for and nobody has taken yet. */
  readonly waiting: readonly { readonly request: number; readonly kind: string; readonly by: string }[];
  readonly lastRun: RunRow | null;
  readonly running: RunRow | null;
}

/** What is shown, how fresh it is, and what goes on. */
export async function readStatus(database: Queryable, state: string): Promise<WarehouseStatus> {
  const { rows } = await database.query<
    Omit<WarehouseStatus, 'lastRun' | 'running' | 'stale'> & {
      stale: { node: string; since: string }[];
    }
  >(
    `select p.generation, g.published_at as "publishedAt",
            (select count(*) from ${state}.mapping as m where m.generation = p.generation) as relations,
            coalesce((select jsonb_agg(jsonb_build_object('node', m.node_id, 'since', m.stale_since) order by m.node_id)
                      from ${state}.mapping as m
                      where m.generation = p.generation and m.stale_since is not null), '[]') as stale,
            coalesce((select array_agg(v.schema_name || '.' || v.name order by 1) from ${state}.stable_views as v
                      where v.lagging_since is not null), '{}') as lagging,
            (select count(*) from ${state}.relations as r where r.retired_at is not null) as garbage,
            coalesce((select jsonb_agg(jsonb_build_object('generation', l.generation, 'holder', l.holder) order by l.lease_id)
                      from ${state}.leases as l where l.expires_at > clock_timestamp()), '[]') as leases,
            coalesce((select jsonb_agg(jsonb_build_object('request', q.request_id, 'kind', q.kind, 'by', q.requested_by) order by q.request_id)
                      from ${state}.requests as q where q.state = 'waiting'), '[]') as waiting
     from (select) as always
     left join ${state}.pointer as p on true
     left join ${state}.generations as g on g.generation = p.generation`,
  );
  const found = rows[0];
  const recent = await readHistory(database, state, 1);
  const last = recent[0] ?? null;
  return {
    generation: found?.generation ?? null,
    publishedAt: found?.publishedAt ?? null,
    relations: found?.relations ?? 0,
    stale: (found?.stale ?? []).map(({ node, since }) => ({ node, since: new Date(since) })),
    lagging: found?.lagging ?? [],
    garbage: found?.garbage ?? 0,
    leases: found?.leases ?? [],
    waiting: found?.waiting ?? [],
    lastRun: last,
    running: last?.state === 'running' ? last : null,
  };
}
