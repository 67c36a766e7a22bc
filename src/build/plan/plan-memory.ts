import type { Queryable } from '../../postgres/queryable.js';
import { readCoverage } from '../microbatch/batch-memory.js';
import type { KnownNames } from './statement-names.js';

/** What a generation remembers for the plans after it. */
export interface PlanMemory {
  /** Tests that hold in it, with what they were held against: those need not run again. */
  readonly passedTests: Readonly<Record<string, string>>;
  /** SQL that did not change is not parsed again. */
  readonly knownNames: KnownNames;
  /** Up to where microbatch models are whole. */
  readonly coveredUntil: ReadonlyMap<string, Date>;
}

export async function readPlanMemory(
  database: Queryable,
  state: string,
  generation: number,
): Promise<PlanMemory> {
  const { rows } = await database.query<{ kind: string; content: Record<string, never> }>(
    `select kind, content from ${state}.artifacts where generation = $1 and kind in ('tests', 'names')`,
    [generation],
  );
  const found = new Map(rows.map((row) => [row.kind, row.content]));
  return {
    passedTests: found.get('tests') ?? {},
    knownNames: found.get('names') ?? {},
    coveredUntil: await readCoverage(database, state, generation),
  };
}
