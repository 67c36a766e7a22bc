import { Option } from 'commander';

/**
 * dbt's options about its own inside (caches, parsers, usage statistics) and the negations of what is off anyway: they
 * change nothing in thau, and a script written for dbt may go on giving them.
 */
export const optionsWithoutEffect: readonly Option[] = [
  '--cache-selected-only',
  '--no-cache-selected-only',
  '--populate-cache',
  '--no-populate-cache',
  '--log-cache-events',
  '--no-log-cache-events',
  '--static-parser',
  '--no-static-parser',
  '--use-experimental-parser',
  '--no-use-experimental-parser',
  '--send-anonymous-usage-stats',
  '--no-send-anonymous-usage-stats',
  '--show-all-deprecations',
  '--no-show-all-deprecations',
  '--write-json',
  '--print',
  '--no-debug',
  '--no-quiet',
  '--no-warn-error',
  '--introspect',
  '--no-introspect',
  '--no-favor-state',
].map((flags) => new Option(flags).hideHelp());

/** dbt's second spellings of options. */
const spellings: Readonly<Record<string, string>> = {
  '--model': '--models',
  '--resource-types': '--resource-type',
  '--exclude-resource-types': '--exclude-resource-type',
};

/** The command line with each option in thau's spelling, up to a `--`. */
export function inOneSpelling(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.map((arg, index) => {
    if (end >= 0 && index > end) return arg;
    const [, name = arg, value = ''] = /^(--[a-z-]+)(=.*)?$/s.exec(arg) ?? [];
    return Object.hasOwn(spellings, name) ? `${spellings[name] ?? name}${value}` : arg;
  });
}

/** What to use instead of an option of dbt's that thau does not have. */
export const insteadOfOption: Readonly<Record<string, string>> = {
  '--log-path': 'thau writes no log file: redirect standard error, or read thau history.',
  '--log-level': 'Use --quiet for less, --debug for more.',
  '--log-level-file': 'thau writes no log file; use --log-format json and redirect it.',
  '--log-format-file': 'thau writes no log file; use --log-format json and redirect it.',
  '--use-colors-file': 'thau writes no log file.',
  '--no-use-colors-file': 'thau writes no log file.',
  '--printer-width': 'Lines are as wide as they are; use --json for a machine.',
  '--record-timing-info': 'thau explain shows where the time of a run went.',
  '--no-write-json': 'Artifacts are always written; name another folder with --target-path.',
  '--no-print': 'Use --quiet.',
  '--upload-to-artifacts-ingest-api': 'Artifacts stay in the target folder; copy them from there.',
  '--no-fail-fast': 'Leave it out: a run goes on after a failure unless --fail-fast is given.',
  '--no-empty': 'Leave it out.',
  '--show': 'thau show --select <seed> shows the rows of a seed.',
  '--static': 'manifest.json and catalog.json of thau docs generate are what such pages are made of.',
  '--macro-debugging': 'Errors show the macro stack already.',
  '--single-threaded': 'Use --threads 1.',
  '--cache-events': 'thau keeps no cache of relations.',
  '--host': 'The address of the database stands in DATABASE_URL or profiles.yml.',
  '--config-dir': 'thau debug shows where profiles.yml was found.',
  '--connection': 'thau debug always tries the connection.',
  '--add-package': 'Write the package into packages.yml, then run thau deps.',
  '--source': 'Write the package into packages.yml, then run thau deps.',
  '--lock': 'thau deps writes package-lock.yml each time.',
  '--skip-profile-setup': 'thau needs no profile: without one it brings its own database.',
};

/** What to use instead of a command of dbt's that thau does not have. */
export const insteadOfCommand: Readonly<Record<string, string>> = {
  init: 'Write a dbt_project.yml with a name, and models beside it; README.md shows the first steps.',
  'source-freshness': 'Use thau source freshness.',
  freshness: 'Use thau source freshness.',
  rpc: 'thau serve answers GraphQL.',
  sl: 'thau serve answers metrics by GraphQL; see docs/metrics.md.',
  invocation: 'thau history lists runs, thau cancel ends one.',
};
