import { Script, createContext, type Context } from 'node:vm';
import { limitFault } from '../../../jinja/fault.js';
import type { Limits } from '../../../jinja/values/call.js';

const script = new Script('work()');
let context: (Context & { work?: () => unknown }) | undefined;

/** A pattern without two repetitions, or one of a group, cannot try many ways. */
const manyWays = /\)[*+{]|[*+{][^]*[*+{]/;

/**
 * Runs a search with a pattern, and stops it with JINJA_LIMIT when it takes longer than `limits.search`: patterns that
 * try every way of matching need years for a line of text. JavaScript's engine backtracks as
 * Python's does; only a script of `node:vm` can be stopped in the middle, at the cost of a tenth of a millisecond,
 * which patterns that cannot run away are spared.
 */
export function guardedMatch<T>(pattern: string, { search }: Pick<Limits, 'search'>, work: () => T): T {
  if (!manyWays.test(pattern)) return work();
  context ??= createContext({});
  const outer = context.work;
  context.work = work;
  try {
    return script.runInContext(context, { timeout: search }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw limitFault(`the regular expression '${pattern}' took more than ${search} ms`, 'search');
  } finally {
    if (outer === undefined) delete context.work;
    else context.work = outer;
  }
}
