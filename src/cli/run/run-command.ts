import { join } from 'node:path';
import type { RunOptions } from '../../build/run/run-options.js';
import type { RunSummary } from '../../build/report/run-event.js';
import type { CommandContext } from '../command.js';
import { version } from '../version.js';
import type { BoundMetrics } from '../../schema/bound-schema.js';
import type { Catalog } from '../../schema/catalog.js';
import { checkBefore } from './check-before.js';
import { checkSchema } from './check-schema.js';
import { cloneSource } from './clone-source.js';
import { deferralOf } from './deferral-flags.js';
import { eventTimeFlags, sampleFlag } from './event-time-flags.js';
import { forceOf } from './force-of.js';
import { loadProject } from './load-project.js';
import { eraseDelivered } from '../privacy/erase-delivered.js';
import { dependentsFlag, pathSettings, type RunFlagsGiven } from './run-flags.js';
import { plainWithoutSecrets } from '../secrets.js';
import { argsOf } from './run-args.js';
import { runReporter } from './run-reporter.js';
import { selectForRun } from './select-for-run.js';
import { writeArtifacts } from './write-artifacts.js';

export interface RunCommandOptions {
  readonly command: RunOptions['command'];
  readonly flags: RunFlagsGiven;
  /** `manual` unless given. */
  readonly trigger?: string;
  readonly signal?: AbortSignal;
  /** The failed run whose good candidates are taken over. */
  readonly retryOf?: number;
  /** `runs.keep_generations` unless given. */
  readonly keepGenerations?: number;
}

/** Reads the project and performs one run of it; artifacts are written however it ends. */
export async function performRun(
  context: CommandContext,
  { command, flags, trigger = 'manual', signal, retryOf, keepGenerations }: RunCommandOptions,
): Promise<RunSummary> {
  const { run } = await import('../../build/run/run.js');
  const { wholeNumber } = await import('../whole-number.js');
  const threads = flags.threads === undefined ? undefined : wholeNumber(flags.threads, '--threads');
  const settings = context.settings(threads === undefined ? {} : { threads });
  const warehouse = await context.warehouse();
  const { output } = context;
  const { project, renderer, sdl } = await loadProject({
    warehouse,
    env: context.env,
    output,
    global: context.global,
    ...(flags.vars !== undefined && { vars: flags.vars }),
  });
  const { manifest } = project;
  const warn = (message: string): void => output.log(message, {}, 'warn');
  const chosen = await selectForRun(context, project, command, flags, warn);
  const clone = command === 'clone' ? await cloneSource(flags, context.env, warehouse, chosen) : undefined;
  const selected = clone?.selected ?? chosen;
  const { stateSchema } = settings.database;
  const held = { timezone: settings.timezone, stateSchema };
  const schema = (files: typeof sdl, catalog: Catalog, metrics: BoundMetrics): Promise<boolean> =>
    checkSchema(manifest, held, files, catalog, metrics, warn);
  const startedAt = new Date();
  const eventTime = eventTimeFlags(flags.eventTimeStart, flags.eventTimeEnd);
  const sample = sampleFlag(flags.sample, startedAt);
  const defer = deferralOf(flags, context.env, warehouse, warn);
  const args = plainWithoutSecrets(argsOf(flags, sample), context.env);
  const force = forceOf(command, flags, trigger);
  await eraseDelivered(warehouse, trigger, warn);
  const summary = await run({
    database: warehouse.database,
    stateSchema,
    manifest,
    renderer,
    command,
    selected,
    threads: threads ?? settings.threads,
    failFast: flags.failFast ?? false,
    flags: {
      FULL_REFRESH: flags.fullRefresh ?? false,
      STORE_FAILURES: flags.storeFailures ?? false,
      WHICH: command,
      EMPTY: flags.empty ?? false,
      WARN_ERROR: context.global.warnings.mode('test') === 'error',
      ...(sample && { SAMPLE: sample }),
      ...(eventTime && { EVENT_TIME_START: eventTime.start, EVENT_TIME_END: eventTime.end }),
    },
    ...(eventTime && { eventTime }),
    ...(defer && { defer }),
    ...(clone && { cloneFrom: clone.from }),
    startedAt,
    trigger,
    target: settings.target.name,
    args,
    sdl,
    checkSchema: schema,
    schemaChecker: JSON.stringify([version(), held]),
    ...(flags.check !== false && {
      check: (scope, plan) =>
        checkBefore(warehouse, {
          scope,
          plan,
          sdl,
          warn,
          checkSchema: (catalog, metrics) => schema(sdl, catalog, metrics),
        }),
    }),
    reporter: runReporter(output),
    ...(signal && { signal }),
    ...(retryOf !== undefined && { retryOf }),
    dependents: dependentsFlag(flags.dependents),
    publish: settings.runs.publish,
    ...(force !== undefined && { force }),
    distrustRecent: trigger === 'manual',
    reconcileAfter: settings.runs.reconcile,
    lockWait: settings.runs.lockWait,
    staleAfter: settings.runs.lockStaleAfter,
    lockTimeout: settings.runs.lockTimeout,
    statementTimeout: settings.runs.statementTimeout,
    keepHistory: settings.runs.keepHistory,
    keepGenerations: keepGenerations ?? settings.runs.keepGenerations,
    paths: pathSettings(flags, settings.runs),
  });
  const target = join(settings.projectDir, project.settings.targetPath);
  try {
    writeArtifacts(settings.projectDir, target, manifest, summary, { which: command, ...args }, version());
  } catch (error) {
    // the run has ended as it has; a full or read-only disk does not undo a publish
    warn(
      `The artifacts in ${target} could not be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return summary;
}

/** 0; 1 when a node or test failed, or the run did. */
export function exitCodeOf(summary: RunSummary): number {
  const good = summary.state === 'published' || summary.state === 'succeeded';
  const bad = summary.results.some((result) => ['error', 'partial success', 'fail'].includes(result.status));
  return good && !bad && summary.error === undefined ? 0 : 1;
}
