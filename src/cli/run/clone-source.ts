import { deferTo, type Deferral } from '../../build/run/deferral.js';
import { ThauError } from '../../errors/thau-error.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import { readState, stateManifest } from '../../project/state/read-state.js';
import type { CommandContext } from '../command.js';
import type { Warehouse } from '../warehouse.js';
import type { RunFlagsGiven } from './run-flags.js';

export interface CloneSource {
  readonly from: Deferral;
  /** Without what the state lacks, and without what this target has, unless it is to be made anew. */
  readonly selected: ReadonlySet<string>;
}

/** What `thau clone` is over. */
export async function cloneSource(
  flags: RunFlagsGiven,
  env: CommandContext['env'],
  warehouse: Warehouse,
  selected: ReadonlySet<string>,
): Promise<CloneSource> {
  const folder = flags.state ?? env['DBT_STATE'];
  if (folder === undefined || folder === '') {
    throw new ThauError('CLI_USAGE', 'thau clone needs to know what to clone.', {
      hint: 'Name the folder with the other run’s manifest.json: thau clone --state path/to/artifacts.',
    });
  }
  const { readGeneration } = await import('../../build/publish/generation.js');
  const { database, settings, facts } = warehouse;
  const from = deferTo(stateManifest(readState(folder, settings.projectDir)), facts.database, true);
  const current = await readGeneration(database, quoteIdentifier(settings.database.stateSchema));
  const isWanted = (id: string): boolean =>
    from.relationOf(id) !== undefined && (flags.fullRefresh === true || !current.nodes.has(id));
  return { from, selected: new Set([...selected].filter(isWanted)) };
}
