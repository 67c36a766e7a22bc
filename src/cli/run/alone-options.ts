import type { AloneOptions } from '../../build/publish/publish-alone.js';
import type { Warehouse } from '../warehouse.js';

/** What rollback, eject and adopt take from the settings. */
export function aloneOptions({ database, settings }: Warehouse): AloneOptions {
  return {
    database,
    stateSchema: settings.database.stateSchema,
    trigger: 'manual',
    target: settings.target.name,
    lockWait: settings.runs.lockWait,
    staleAfter: settings.runs.lockStaleAfter,
    keepGenerations: settings.runs.keepGenerations,
  };
}
