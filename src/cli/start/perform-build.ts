import type { PerformRun } from '../../schedule/run-order.js';
import type { CommandContext } from '../command.js';

/** What a schedule, a request row or the first start asks for: `thau build` of a selection, or a rollback. */
export function performBuild(context: CommandContext): PerformRun {
  return async ({ trigger, select, exclude, fullRefresh, rollback: back }, signal) => {
    if (back !== undefined) {
      const { rollback } = await import('../../build/rollback.js');
      const { aloneOptions } = await import('../run/alone-options.js');
      const options = aloneOptions(await context.warehouse());
      const { runId, state } = await rollback({ ...options, ...back, trigger });
      return { runId, state };
    }
    const { performRun } = await import('../run/run-command.js');
    const { runId, state } = await performRun(context, {
      command: 'build',
      flags: { select, exclude, ...(fullRefresh && { fullRefresh }) },
      trigger,
      signal,
    });
    return { runId, state };
  };
}
