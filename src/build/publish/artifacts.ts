import type { Queryable } from '../../postgres/queryable.js';
import type { Catalog, CatalogRelation } from '../../schema/catalog.js';
import { sameJson } from './same-json.js';

/** What generations hand on, by kind: plain data. */
export type Artifacts = Readonly<Record<string, unknown>>;

/** The artifacts of a generation; none before the first publish. */
export async function readArtifacts(
  database: Queryable,
  state: string,
  generation: number,
): Promise<Artifacts> {
  const { rows } = await database.query<{ kind: string; content: unknown }>(
    `select kind, content from ${state}.artifacts where generation = $1`,
    [generation],
  );
  return Object.fromEntries(rows.map((row) => [row.kind, row.content]));
}

/** One artifact of the published generation; undefined where it has none. */
export async function readArtifact(database: Queryable, state: string, kind: string): Promise<unknown> {
  const { rows } = await database.query<{ content: unknown }>(
    `select a.content from ${state}.artifacts as a join ${state}.pointer as p on p.generation = a.generation
     where a.kind = $1`,
    [kind],
  );
  return rows[0]?.content;
}

/** Writes one artifact of a generation anew: what nobody reads a generation by. */
export async function replaceArtifact(
  database: Queryable,
  state: string,
  generation: number,
  kind: string,
  content: unknown,
): Promise<void> {
  await database.query(
    `insert into ${state}.artifacts (generation, kind, content) values ($1, $2, $3::jsonb)
     on conflict (generation, kind) do update set content = excluded.content
     where artifacts.content is distinct from excluded.content`,
    [generation, kind, JSON.stringify(content)],
  );
}

/**
 * Whether each of them says what it said. Compared here: the rows were read anyway, and jsonb keeps no order.
 * PostgreSQL's estimates of rows do not count: an autovacuum between two runs changes them, and nothing else.
 */
export function sameContent(now: Artifacts, before: Artifacts): boolean {
  return Object.entries(now).every(([kind, content]) =>
    sameJson(comparable(content), comparable(before[kind])),
  );
}

function comparable(content: unknown): unknown {
  const relations = (content as Partial<Catalog> | null | undefined)?.relations;
  if (!Array.isArray(relations)) return content;
  return relations.map(({ estimatedRows: _estimate, ...relation }: CatalogRelation) => relation);
}
