import type { Plan } from '../../build/plan/plan.js';
import type { RunScope } from '../../build/run/run-scope.js';
import type { CheckRunOptions, RunChecked } from '../../check/check-run.js';
import { formatPlace } from '../../errors/format.js';
import { ThauError } from '../../errors/thau-error.js';
import type { Catalog, SdlSource } from '../../schema/catalog.js';
import type { Warehouse } from '../warehouse.js';

export interface CheckBeforeOptions {
  readonly scope: RunScope;
  readonly plan: Plan;
  readonly sdl: readonly SdlSource[];
  readonly checkSchema: CheckRunOptions['checkSchema'];
  readonly warn: (message: string) => void;
  /** Also what was checked when it was published. */
  readonly all?: boolean;
}

/**
 * Faults of nodes found before a run builds anything, by node; a fault of the schema is thrown. They are told, and keep
 * nothing from being tried: dbt builds what it can, and so does a run.
 */
export async function checkBefore(
  warehouse: Warehouse,
  options: CheckBeforeOptions,
): Promise<ReadonlyMap<string, unknown>> {
  const faults = new Map<string, unknown>();
  const actions = new Set([...options.plan.decisions.values()].map(({ action }) => action));
  if (!actions.has('build') && !actions.has('decide')) return faults;
  let checked: RunChecked;
  try {
    checked = await checkWhole(warehouse, options);
  } catch (error) {
    // the check is a help: where it cannot be had, faults show as they did without it
    if (!(error instanceof ThauError) || error.code === 'POSTGRES_CANCELLED') throw error;
    options.warn(`Not everything could be checked before the run: ${error.message}`);
    return faults;
  }
  if (checked.schemaFault) throw checked.schemaFault;
  for (const { nodeId, name, error, certain } of checked.findings) {
    if (certain) faults.set(nodeId, error);
    const where = error.at ? `${formatPlace(error.at)}: ` : '';
    options.warn(`${where}${name} ${certain ? 'cannot' : 'perhaps cannot'} be built: ${error.message}`);
  }
  return faults;
}

/** The check with what it needs of the published generation. */
export async function checkWhole(warehouse: Warehouse, options: CheckBeforeOptions): Promise<RunChecked> {
  const { checkRun } = await import('../../check/check-run.js');
  const { readArtifacts } = await import('../../build/publish/artifacts.js');
  const { database } = warehouse;
  const { state, current } = options.scope.options;
  const before = await readArtifacts(database, state, current.number);
  return checkRun({
    database,
    applicationName: 'thau check',
    scope: options.scope,
    plan: options.plan,
    published: before['catalog'] as Catalog | undefined,
    passedTests: (before['tests'] ?? {}) as Readonly<Record<string, string>>,
    ...(options.all && { all: true }),
    sdl: options.sdl,
    before,
    checkSchema: options.checkSchema,
  });
}
