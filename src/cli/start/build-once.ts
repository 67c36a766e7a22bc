import type { PerformRun } from '../../schedule/run-order.js';
import type { CommandContext } from '../command.js';
import type { Warehouse } from '../warehouse.js';

/**
 * Builds when nothing is published yet. A build that fails says what failed and does not end the start: the API and
 * the schedule go on, and the next build may succeed. Answers whether something is published.
 */
export async function buildOnce(
  context: CommandContext,
  warehouse: Warehouse,
  perform: PerformRun,
): Promise<boolean> {
  const stopped = (): boolean => context.signal.aborted;
  if (await isPublished(warehouse)) return true;
  if (stopped()) return false;
  try {
    const { state } = await perform(
      { trigger: 'start', select: [], exclude: [], fullRefresh: false },
      context.signal,
    );
    return state === 'published';
  } catch (error) {
    if (!stopped()) context.output.error(error);
    return false;
  }
}

async function isPublished({ database, settings }: Warehouse): Promise<boolean> {
  const { qualifiedName } = await import('../../postgres/identifier.js');
  const pointer = qualifiedName(settings.database.stateSchema, 'pointer');
  return (await database.query(`select from ${pointer}`)).rowCount > 0;
}
