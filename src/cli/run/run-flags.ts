import type { Command } from 'commander';
import type { DependentsPolicy } from '../../build/views/dependents.js';
import type { PathSettings, PathWish } from '../../build/versioned/choose-path.js';
import { ThauError } from '../../errors/thau-error.js';

/** What dbt's fingers type after build, run, test, seed, snapshot, plan and show. */
export interface RunFlagsGiven {
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  readonly selector?: string;
  /** A folder with the artifacts of an earlier run. */
  readonly state?: string;
  /** Read what is neither selected nor built from the relations of the state. */
  readonly defer?: boolean;
  /** … even where it is built. */
  readonly favorState?: true;
  /** The state for --defer, where it is another than --state. */
  readonly deferState?: string;
  readonly resourceType?: readonly string[];
  readonly excludeResourceType?: readonly string[];
  readonly indirectSelection?: string;
  readonly vars?: string;
  readonly threads?: string;
  readonly failFast?: true;
  readonly fullRefresh?: true;
  readonly storeFailures?: true;
  readonly empty?: true;
  readonly sample?: string;
  readonly eventTimeStart?: string;
  readonly eventTimeEnd?: string;
  readonly carry?: boolean;
  readonly check?: boolean;
  readonly incrementalPath?: string;
  readonly dependents?: string;
}

/** Adds the options that choose nodes. */
export function addSelectionFlags(command: Command): Command {
  return command
    .option('-s, --select <names...>', 'nodes to take: names, paths, tag:…, +parents, children+')
    .option('-m, --models <names...>', 'the same as --select')
    .option('--exclude <names...>', 'nodes to leave out')
    .option('--selector <name>', 'a selector of selectors.yml')
    .option('--state <folder>', 'artifacts to compare with (default: what thau last published and ran)')
    .option('--resource-type <types...>', 'these only: model, seed, snapshot, test, unit_test, source, …')
    .option('--exclude-resource-type <types...>', 'all but these')
    .option('--indirect-selection <mode>', 'which tests come along: eager, cautious, buildable, empty')
    .option('--vars <yaml>', "variables, as in '{as_of: 2026-01-31}'");
}

/** Adds the options that say where to read what is not built. */
export function addDeferralFlags(command: Command): Command {
  return command
    .option('--defer', 'read what is neither selected nor built from the relations that --state names')
    .option('--no-defer', 'read what this target has')
    .option('--favor-state', 'with --defer: although this target has them')
    .option('--defer-state <folder>', 'the state for --defer, where --state is for the selection');
}

/** Adds the option that says how incremental models and snapshots go on. */
export function addPathFlag(command: Command): Command {
  return command.option('--incremental-path <path>', 'how incremental models go on: auto, clone, versioned');
}

/** `--incremental-path` over thau.yml. */
export function pathSettings(
  flags: RunFlagsGiven,
  runs: { readonly incrementalPath: PathWish; readonly versionedFrom: number },
): PathSettings {
  const { incrementalPath: asked } = flags;
  if (asked !== undefined && asked !== 'auto' && asked !== 'clone' && asked !== 'versioned') {
    throw new ThauError('CLI_USAGE', `--incremental-path is "${asked}".`, {
      hint: 'It is auto, clone or versioned.',
    });
  }
  return { asked, path: runs.incrementalPath, versionedFrom: runs.versionedFrom };
}

export const dependentsHelp =
  'views of others on columns that go: refuse (names them), keep (the columns stay, empty), drop';

/** `--dependents`. */
export function dependentsFlag(given: string | undefined): DependentsPolicy {
  if (given === undefined || given === 'refuse') return 'refuse';
  if (given === 'keep' || given === 'drop') return given;
  throw new ThauError('CLI_USAGE', `--dependents is "${given}".`, { hint: 'It is refuse, keep or drop.' });
}

/** Adds the options of a run. */
export function addRunFlags(command: Command): Command {
  return addDeferralFlags(addPathFlag(addSelectionFlags(command)))
    .option('--threads <count>', 'nodes built at a time')
    .option('-x, --fail-fast', 'begin nothing new after the first failure')
    .option('-f, --full-refresh', 'build incremental models whole')
    .option('--store-failures', 'keep the failing rows of tests in tables')
    .option('--empty', 'build relations without rows')
    .option('--sample <window>', "read this much event time only: '3 days', or '{start: …, end: …}'")
    .option('--event-time-start <time>', 'build the batches of microbatch models from here, in UTC')
    .option('--event-time-end <time>', 'up to here')
    .option('--dependents <what>', dependentsHelp)
    .option('--carry', 'leave unchanged nodes as they are, selected ones too, as schedules do')
    .option('--no-carry', 'build unchanged nodes too')
    .option('--no-check', 'build without holding everything against the server first');
}

/** `--select` in either spelling. */
export function selectedWords(
  flags: RunFlagsGiven & { readonly models?: readonly string[] },
): readonly string[] {
  return [...(flags.select ?? []), ...(flags.models ?? [])];
}
