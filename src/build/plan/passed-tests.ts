import type { Queryable } from '../../postgres/queryable.js';

/** Tests that hold in a generation, with what they were held against: those need not run again. */
export async function readPassedTests(
  database: Queryable,
  state: string,
  generation: number,
): Promise<Readonly<Record<string, string>>> {
  const { rows } = await database.query<{ content: Record<string, string> }>(
    `select content from ${state}.artifacts where generation = $1 and kind = 'tests'`,
    [generation],
  );
  return rows[0]?.content ?? {};
}
