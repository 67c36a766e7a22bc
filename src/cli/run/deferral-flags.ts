import { deferTo, type Deferral } from '../../build/run/deferral.js';
import { readState, stateManifest } from '../../project/state/read-state.js';
import type { CommandContext } from '../command.js';
import type { Warehouse } from '../warehouse.js';
import type { RunFlagsGiven } from './run-flags.js';

/**
 * `--defer` with `--state` or `--defer-state`, or dbt's variables of those names. Without a folder there is nothing
 * to defer to but what this target shows, and that is what a run reads anyway.
 */
export function deferralOf(
  flags: RunFlagsGiven,
  env: CommandContext['env'],
  warehouse: Warehouse,
  warn: (message: string) => void,
): Deferral | undefined {
  if (!(flags.defer ?? env['DBT_DEFER'] === 'true')) return undefined;
  const folder = flags.deferState ?? env['DBT_DEFER_STATE'] ?? flags.state ?? env['DBT_STATE'];
  if (folder === undefined || folder === '') {
    warn('--defer without --state reads what this target shows, as every run with a selection does.');
    return undefined;
  }
  const favorState = flags.favorState ?? env['DBT_FAVOR_STATE'] === 'true';
  return deferTo(
    stateManifest(readState(folder, warehouse.settings.projectDir)),
    warehouse.facts.database,
    favorState,
  );
}
