import type { Session } from '../../postgres/session.js';
import { readPassedTests } from '../plan/passed-tests.js';
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
    passedTests: await readPassedTests(session, state, current.number),
  });
}
