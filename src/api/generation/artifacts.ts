import type { Queryable } from '../../postgres/queryable.js';
import type { Catalog, SdlSource } from '../../schema/catalog.js';

/** What the publish of one generation handed the API. */
export interface Artifacts {
  readonly generation: string;
  readonly publishedAt: Date;
  /** With the trusted operations, `schema/operations/*.graphql`. */
  readonly sdl: readonly SdlSource[];
  readonly catalog: Catalog;
  readonly metrics: unknown;
  /** Other kinds, as they stand. */
  readonly others: Readonly<Record<string, unknown>>;
}

/** The generation the pointer names; undefined where nothing was published or thau's tables do not exist yet. */
export async function currentGeneration(database: Queryable, state: string): Promise<string | undefined> {
  const { rows } = await database.query<{ generation: string | number }>(
    `select generation from ${state}.pointer`,
  );
  return rows[0] === undefined ? undefined : String(rows[0].generation);
}

/**
 * The current generation (or the one that is named) with what it handed the API, in one statement, so that both are of
 * one publish.
 */
export async function readArtifacts(
  database: Queryable,
  state: string,
  generation?: string,
): Promise<Artifacts | undefined> {
  const { rows } = await database.query<{
    generation: string | number;
    published_at: Date;
    artifacts: Readonly<Record<string, unknown>>;
  }>(
    `select g.generation, g.published_at,
            coalesce((select jsonb_object_agg(a.kind, a.content) from ${state}.artifacts a
                      where a.generation = g.generation and a.kind <> 'manifest'), '{}') as artifacts
     from ${state}.generations g
     where g.generation = coalesce($1::bigint, (select p.generation from ${state}.pointer p))`,
    [generation ?? null],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { sdl, catalog, metrics, ...others } = row.artifacts;
  return {
    generation: String(row.generation),
    publishedAt: row.published_at,
    sdl: (sdl ?? []) as readonly SdlSource[],
    catalog: (catalog ?? { relations: [] }) as Catalog,
    metrics,
    others,
  };
}
