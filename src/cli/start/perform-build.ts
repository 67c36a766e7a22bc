import type { PerformRun } from '../../schedule/run-order.js';
import type { CommandContext } from '../command.js';

/** What a schedule, a request row or the first start asks for is `thau build` of a selection. */
export function performBuild(context: CommandContext): PerformRun {
  return async ({ trigger, select, exclude, fullRefresh }, signal) => {
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
