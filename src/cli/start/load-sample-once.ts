import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandContext } from '../command.js';
import type { Warehouse } from '../warehouse.js';

/**
 * An embedded database that holds nothing yet gets the project's sample, so that the first start has something to
 * show. A database of yours is never filled by itself.
 */
export async function loadSampleOnce(context: CommandContext, warehouse: Warehouse): Promise<void> {
  const { database, settings } = warehouse;
  const folder = join(settings.projectDir, 'seeds', 'sample');
  if (!warehouse.embedded || !existsSync(folder)) return;
  const { listSchemas } = await import('../../postgres/catalog.js');
  const own = ['public', settings.database.stateSchema];
  const others = (await listSchemas(database)).filter((schema) => !own.includes(schema));
  if (others.length > 0) return;
  const { loadSample } = await import('../../load/load-sample.js');
  const began = performance.now();
  const loaded = await loadSample(database, { folder, shown: join('seeds', 'sample'), whenThere: 'refuse' });
  const rows = [...loaded.values()].reduce((sum, count) => sum + count, 0);
  const seconds = (performance.now() - began) / 1000;
  context.output.log(
    `Sample data: ${rows.toLocaleString('en')} rows in ${loaded.size} raw tables (${seconds.toFixed(1)} s)`,
    {
      rows,
      tables: loaded.size,
      seconds,
    },
  );
}
