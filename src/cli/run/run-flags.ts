import type { Command } from 'commander';

/** What dbt's fingers type after build, run, test, seed, snapshot, plan and show. */
export interface RunFlagsGiven {
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  readonly indirectSelection?: string;
  readonly vars?: string;
  readonly threads?: string;
  readonly failFast?: true;
  readonly fullRefresh?: true;
  readonly storeFailures?: true;
  readonly empty?: true;
  readonly carry?: boolean;
  readonly check?: boolean;
  readonly warnError?: true;
}

/** Adds the options that choose nodes. */
export function addSelectionFlags(command: Command): Command {
  return command
    .option('-s, --select <names...>', 'nodes to take: names, paths, tag:…, +parents, children+')
    .option('-m, --models <names...>', 'the same as --select')
    .option('--exclude <names...>', 'nodes to leave out')
    .option('--indirect-selection <mode>', 'which tests come along: eager, cautious, buildable, empty')
    .option('--vars <yaml>', "variables, as in '{as_of: 2026-01-31}'");
}

/** Adds the options of a run. */
export function addRunFlags(command: Command): Command {
  return addSelectionFlags(command)
    .option('--threads <count>', 'nodes built at a time')
    .option('-x, --fail-fast', 'begin nothing new after the first failure')
    .option('-f, --full-refresh', 'build incremental models whole')
    .option('--store-failures', 'keep the failing rows of tests in tables')
    .option('--empty', 'build relations without rows')
    .option('--warn-error', 'a warning fails the run')
    .option('--no-carry', 'build unchanged nodes too')
    .option('--no-check', 'build without holding everything against the server first');
}

/** `--select` in either spelling. */
export function selectedWords(
  flags: RunFlagsGiven & { readonly models?: readonly string[] },
): readonly string[] {
  return [...(flags.select ?? []), ...(flags.models ?? [])];
}
