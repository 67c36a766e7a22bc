import type { AddCommand } from '../command.js';

/** The commands by name, one a line, in the order of `thau --help`. */
const loaders: Readonly<Record<string, () => Promise<AddCommand>>> = {
  start: async () => (await import('./start.js')).addStart,
  serve: async () => (await import('./serve.js')).addServe,
  stop: async () => (await import('./stop.js')).addStop,
  build: async () => (await import('./build.js')).addBuild,
  run: async () => (await import('./run.js')).addRun,
  test: async () => (await import('./test.js')).addTest,
  seed: async () => (await import('./seed.js')).addSeed,
  snapshot: async () => (await import('./snapshot.js')).addSnapshot,
  source: async () => (await import('./source.js')).addSource,
  parse: async () => (await import('./parse.js')).addParse,
  list: async () => (await import('./list.js')).addList,
  compile: async () => (await import('./compile.js')).addCompile,
  check: async () => (await import('./check.js')).addCheck,
  deps: async () => (await import('./deps.js')).addDeps,
  docs: async () => (await import('./docs.js')).addDocs,
  clean: async () => (await import('./clean.js')).addClean,
  retry: async () => (await import('./retry.js')).addRetry,
  plan: async () => (await import('./plan.js')).addPlan,
  show: async () => (await import('./show.js')).addShow,
  status: async () => (await import('./status.js')).addStatus,
  history: async () => (await import('./history.js')).addHistory,
  explain: async () => (await import('./explain.js')).addExplain,
  cancel: async () => (await import('./cancel.js')).addCancel,
  clone: async () => (await import('./clone.js')).addClone,
  rollback: async () => (await import('./rollback.js')).addRollback,
  eject: async () => (await import('./eject.js')).addEject,
  adopt: async () => (await import('./adopt.js')).addAdopt,
  'run-operation': async () => (await import('./run-operation.js')).addRunOperation,
  diff: async () => (await import('./diff.js')).addDiff,
  schema: async () => (await import('./schema.js')).addSchema,
  key: async () => (await import('./key.js')).addKey,
  erase: async () => (await import('./erase.js')).addErase,
  export: async () => (await import('./export.js')).addExport,
  cases: async () => (await import('./cases.js')).addCases,
  schedule: async () => (await import('./schedule.js')).addSchedule,
  sample: async () => (await import('./sample.js')).addSample,
  load: async () => (await import('./load.js')).addLoad,
  debug: async () => (await import('./debug.js')).addDebug,
};

/** The commands that a command line may mean: reading the files of all of them takes longer than many a command. */
export function commandsFor(args: readonly string[]): Promise<readonly AddCommand[]> {
  const [name = ''] = args;
  const named = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
  return Promise.all((named === undefined ? Object.values(loaders) : [named]).map((load) => load()));
}
