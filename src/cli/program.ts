import { Command } from 'commander';
import type { AddCommand, GlobalOptions, RunAction } from './command.js';
import { optionsWithoutEffect } from './dbt-options.js';
import { version } from './version.js';
import { lazyPolicy } from './warn-policy.js';

/** The command line with its global options, which may stand before or after the command. */
export function makeProgram(commands: readonly AddCommand[], run: RunAction): Command {
  const program = new Command('thau')
    .description('Raw customer tables in, one GraphQL API out. Without a command: thau start.')
    .version(version(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('--project-dir <folder>', 'the folder with dbt_project.yml (default: this one)')
    .option('--profiles-dir <folder>', 'the folder with profiles.yml')
    .option('--profile <name>', 'the profile of profiles.yml')
    .option('-t, --target <name>', 'the target of the profile')
    .option('--json', 'print JSON, an object a line')
    .option('--log-format <format>', 'text or json; json is --json')
    .option('-q, --quiet', 'print results and problems only')
    .option('--no-color', 'print without colours')
    .option('--partial-parse', 'read only files that changed (the default)')
    .option('--no-partial-parse', 'read every file')
    .option('--use-colors', 'print with colours on a terminal (the default)')
    .option('--no-use-colors', 'the same as --no-color')
    .option('--target-path <folder>', 'where artifacts go (default: target-path of dbt_project.yml)')
    .option('--warn-error', 'a warning fails the command')
    .option('--warn-error-options <yaml>', "which warnings do, as in '{error: all, warn: [DeprecatedModel]}'")
    .option('--version-check', 'hold packages to their require-dbt-version (the default)')
    .option('--no-version-check', 'take packages whatever dbt they require')
    .option('-d, --debug', 'print stack traces')
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({ writeErr: () => undefined })
    .showSuggestionAfterError(false)
    .allowExcessArguments(false)
    .exitOverride();
  for (const option of optionsWithoutEffect) program.addOption(option);
  for (const add of commands) add(program, run);
  for (const command of allCommands(program)) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    command
      .showSuggestionAfterError(false)
      .allowExcessArguments(false)
      .helpOption('-h, --help', 'print this help');
  }
  return program;
}

/** A command and all below it. */
export function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

/** The global options, with dbt's own variables as defaults. */
export function globalOptions(
  program: Command,
  env: Readonly<Record<string, string | undefined>>,
): GlobalOptions {
  const given = program.opts<Record<string, string | boolean | undefined>>();
  const text = (key: string, variable?: string): string | undefined => {
    const value = given[key] ?? (variable === undefined ? undefined : env[variable]);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const profilesDir = text('profilesDir');
  const profile = text('profile', 'DBT_PROFILE');
  const target = text('target', 'DBT_TARGET');
  const targetPath = text('targetPath', 'DBT_TARGET_PATH');
  const warnOptions = text('warnErrorOptions', 'DBT_WARN_ERROR_OPTIONS');
  return {
    projectDir: text('projectDir', 'DBT_PROJECT_DIR') ?? '.',
    ...(profilesDir !== undefined && { profilesDir }),
    ...(profile !== undefined && { profile }),
    ...(target !== undefined && { target }),
    ...(targetPath !== undefined && { targetPath }),
    versionCheck: given['versionCheck'] !== false,
    warnings: lazyPolicy(given['warnError'] === true || isTrue(env['DBT_WARN_ERROR']), warnOptions),
    debug: given['debug'] === true,
    json: given['json'] === true || given['logFormat'] === 'json',
    quiet: given['quiet'] === true,
    partialParse: partialParse(given['partialParse'], env['DBT_PARTIAL_PARSE']),
    color: given['color'] !== false && given['useColors'] !== false && (env['NO_COLOR'] ?? '') === '',
  };
}

function isTrue(text: string | undefined): boolean {
  return /^(?:1|t|true|y|yes|on)$/i.test(text ?? '');
}

/** Whether unchanged files are left unread: the flag, else dbt's variable, else yes. */
function partialParse(given: string | boolean | undefined, variable: string | undefined): boolean {
  if (typeof given === 'boolean') return given;
  return !/^(?:0|f|false|n|no|off)$/i.test(variable ?? '');
}
