import { ThauError } from '../../errors/thau-error.js';
import type { FailedRun } from '../../build/history/last-failed-run.js';
import { readState } from '../../project/state/read-state.js';
import { hidesSecrets } from '../secrets.js';
import { flagsOf } from './run-args.js';
import type { RunFlagsGiven } from './run-flags.js';

/** What `thau retry` runs. */
export interface RetriedRun {
  readonly command: FailedRun['command'];
  readonly flags: RunFlagsGiven;
  /** The run whose good candidates are taken over. */
  readonly retryOf?: number;
}

/** Statuses of run_results.json, dbt's words, that a retry runs again. */
const unfinished: ReadonlySet<string> = new Set([
  'error',
  'fail',
  'skipped',
  'runtime error',
  'partial success',
]);

/** The failed run again, as it was started; `given` comes first. */
export function retryOf(failed: FailedRun, given: RunFlagsGiven): RetriedRun {
  return {
    command: failed.command,
    flags: { ...startedWith(failed.args, given, `Run ${failed.runId}`), ...given },
    retryOf: failed.runId,
  };
}

/**
 * `--state`: what did not succeed by a folder's run_results.json, thau's or dbt's. Where that is the run that failed
 * here last (`failed` with the statuses of its nodes), its candidates are taken over too.
 */
export function retryOfState(
  folder: string,
  given: RunFlagsGiven,
  failed: FailedRun | undefined,
  statuses: Readonly<Record<string, string>>,
  root = '.',
): RetriedRun {
  const state = readState(folder, root);
  const { results } = state;
  if (results === undefined) {
    throw new ThauError('PROJECT_STATE', `${folder} holds no run_results.json.`, {
      hint: 'Give the folder in which the run that failed left its artifacts.',
    });
  }
  const left = Object.entries(results).filter(([, status]) => unfinished.has(status));
  if (left.length === 0) {
    throw new ThauError('BUILD_NO_SUCH_RUN', `In ${folder} nothing failed: there is nothing to retry.`, {
      hint: 'Run thau build.',
    });
  }
  const same = Object.entries(results);
  if (failed && same.length > 0 && same.every(([id, status]) => statuses[id] === status)) {
    return retryOf(failed, given);
  }
  const args = state.args ?? {};
  const command = ['run', 'seed', 'snapshot', 'test'].find((one) => one === args['which']) ?? 'build';
  const {
    select: _select,
    exclude: _exclude,
    selector: _selector,
    ...rest
  } = startedWith(args, given, folder);
  return {
    command,
    flags: {
      ...rest,
      ...given,
      select: [...new Set(left.map(([, status]) => status))].map((status) => `result:${status}`),
      state: folder,
    },
  };
}

/** The flags of the run, unless one of them held a secret: what is kept of it are stars. */
function startedWith(
  args: Readonly<Record<string, unknown>>,
  given: RunFlagsGiven,
  run: string,
): RunFlagsGiven {
  const flags = flagsOf(args);
  const hidden = Object.entries(flags).find(
    ([name, value]) => hidesSecrets(value) && given[name as keyof RunFlagsGiven] === undefined,
  );
  if (hidden === undefined) return flags;
  const [name] = hidden;
  throw new ThauError(
    'CLI_USAGE',
    `${run} was started with a secret in --${name}, and secrets are kept nowhere: "${String(hidden[1])}".`,
    {
      hint:
        name === 'vars'
          ? "Give them again: thau retry --vars '{…}'."
          : 'Start the run again as it was started; thau retry cannot know the secret.',
    },
  );
}
