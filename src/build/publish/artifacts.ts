import { isDeepStrictEqual } from 'node:util';
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

/** Whether each of them was written as it is now. Compared here: the rows were read anyway, and jsonb keeps no order. */
export function sameContent(now: Artifacts, before: Artifacts): boolean {
  return Object.entries(now).every(([kind, content]) =>
    isDeepStrictEqual(JSON.parse(JSON.stringify(content)), before[kind]),
  );
}
