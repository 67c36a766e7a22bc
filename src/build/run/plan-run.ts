import type { Queryable } from '../../postgres/queryable.js';
import type { Session } from '../../postgres/session.js';
import { makePlan, type Plan } from '../plan/plan.js';
import type { RunOptions } from './run-options.js';
import type { RunScope } from './run-scope.js';

/** The plan of a run, from what its scope knows. */
export async function planRun(session: Session, options: RunOptions, scope: RunScope): Promise<Plan> {
  const { state, current, manifest, renderer, flags } = scope.options;
  return makePlan(session, {
    manifest,
    renderer,
    flags,
    state,
    current,
    selected: options.selected,
    ...(options.force !== undefined && { force: options.force }),
    distrustRecent: options.distrustRecent ?? false,
    passedTests: await readPassedTests(session, scope),
  });
}

/** Tests that hold in the current generation, with what they were held against. */
export async function readPassedTests(
  database: Queryable,
  scope: RunScope,
): Promise<Readonly<Record<string, string>>> {
  const { rows } = await database.query<{ content: Record<string, string> }>(
    `select content from ${scope.options.state}.artifacts where generation = $1 and kind = 'tests'`,
    [scope.options.current.number],
  );
  return rows[0]?.content ?? {};
}
