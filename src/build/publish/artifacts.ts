import type { Queryable } from '../../postgres/queryable.js';

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
