import type { Plan } from '../../build/plan/plan.js';
import type { RunScope } from '../../build/run/run-scope.js';
import type { CheckRunOptions } from '../../check/check-run.js';
import type { Manifest } from '../../project/manifest.js';
import type { SdlSource } from '../../schema/catalog.js';
import type { CommandContext } from '../command.js';
import type { Warehouse } from '../warehouse.js';
import { checkSchema } from './check-schema.js';
import { forceOf } from './force-of.js';
import { loadProject } from './load-project.js';
import { sampleFlag } from './event-time-flags.js';
import { pathSettings, type RunFlagsGiven } from './run-flags.js';
import { selectForRun } from './select-for-run.js';

export interface PlannedProject {
  readonly warehouse: Warehouse;
  readonly manifest: Manifest;
  readonly scope: RunScope;
  readonly plan: Plan;
  readonly sdl: readonly SdlSource[];
  readonly checkSchema: CheckRunOptions['checkSchema'];
}

/** What a build would do now, without a run: for `thau plan` and `thau check`. */
export async function planProject(
  context: Omit<CommandContext, 'signal'>,
  flags: RunFlagsGiven,
  warn: (message: string) => void,
): Promise<PlannedProject> {
  const { readGeneration } = await import('../../build/publish/generation.js');
  const { makePlan } = await import('../../build/plan/plan.js');
  const { readPlanMemory } = await import('../../build/plan/plan-memory.js');
  const { RunScope } = await import('../../build/run/run-scope.js');
  const { OwnTemplateAsker } = await import('../../build/run/own-template-asker.js');
  const { quoteIdentifier } = await import('../../postgres/identifier.js');
  const warehouse = await context.warehouse();
  const { database, settings } = warehouse;
  const { stateSchema } = settings.database;
  const state = quoteIdentifier(stateSchema);
  const { project, renderer, sdl } = await loadProject({
    ...context,
    warehouse,
    ...(flags.vars !== undefined && { vars: flags.vars }),
  });
  const { manifest } = project;
  const selected = await selectForRun(context, project, 'build', flags, warn);
  const current = await readGeneration(database, state);
  const startedAt = new Date();
  const sample = sampleFlag(flags.sample, startedAt);
  const runFlags = {
    FULL_REFRESH: flags.fullRefresh ?? false,
    STORE_FAILURES: false,
    WHICH: 'build',
    EMPTY: flags.empty ?? false,
    ...(sample && { SAMPLE: sample }),
  };
  const scope = new RunScope({
    manifest,
    renderer,
    runId: 0,
    state,
    current,
    flags: runFlags,
    invocationId: manifest.metadata.invocation_id,
    startedAt,
    reporter: () => undefined,
  });
  const force = forceOf('build', flags, 'manual');
  const memory = await readPlanMemory(database, state, current.number);
  const plan = await database.use((session) =>
    makePlan(session, {
      manifest,
      renderer,
      flags: runFlags,
      state,
      current,
      selected,
      ...(force !== undefined && { force }),
      distrustRecent: true,
      ...memory,
      reconcileAfter: settings.runs.reconcile,
      paths: pathSettings(flags, settings.runs),
      asker: new OwnTemplateAsker(session, scope),
    }),
  );
  return {
    warehouse,
    manifest,
    scope,
    plan,
    sdl,
    checkSchema: (catalog, metrics) =>
      checkSchema(manifest, { timezone: settings.timezone, stateSchema }, sdl, catalog, metrics, warn),
  };
}
