import type { Warehouse } from '../warehouse.js';

/** Before a run reads the sources: records that were erased and are delivered again go again. */
export async function eraseDelivered(
  { database, settings }: Warehouse,
  trigger: string,
  warn: (message: string) => void,
): Promise<void> {
  if (settings.privacy.again === 'take') return;
  const { eraseAgain } = await import('../../privacy/again.js');
  const { quoteIdentifier } = await import('../../postgres/identifier.js');
  const gone = await eraseAgain({
    database,
    state: quoteIdentifier(settings.database.stateSchema),
    by: `run (${trigger})`,
  });
  for (const [table, rows] of gone)
    warn(`${rows} rows of ${table} were delivered again after they were erased, and are erased again.`);
}
