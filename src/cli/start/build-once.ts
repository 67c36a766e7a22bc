import type { PerformRun } from '../../schedule/run-order.js';
import type { CommandContext } from '../command.js';
import type { Warehouse } from '../warehouse.js';

/**
 * Builds when nothing is published yet. A build that fails says what failed and does not end the start: the API and
 * the schedule go on, and the next build may succeed.
 */
export async function buildOnce(
  context: CommandContext,
  warehouse: Warehouse,
  perform: PerformRun,
): Promise<void> {
  const stopped = (): boolean => context.signal.aborted;
  if (stopped() || (await isPublished(warehouse))) return;
  try {
    await perform({ trigger: 'start', select: [], exclude: [], fullRefresh: false }, context.signal);
  } catch (error) {
    if (!stopped()) context.output.error(error);
  }
}

async function isPublished({ database, settings }: Warehouse): Promise<boolean> {
  const { qualifiedName } = await import('../../postgres/identifier.js');
  const pointer = qualifiedName(settings.database.stateSchema, 'pointer');
  return (await database.query(`select from ${pointer}`)).rowCount > 0;
}
