import type { CodeDoc } from '../code.js';

export const cliCodes = {
  INTERNAL: {
    cause: 'thau met a state it thought impossible: a bug.',
    cure: 'Run again with `--debug` and report the stack trace.',
  },
  CLI_UNKNOWN_COMMAND: {
    cause: 'There is no command of that name.',
    cure: '`thau --help` lists the commands.',
  },
  CLI_UNKNOWN_OPTION: {
    cause: 'The command has no option of that name.',
    cure: '`thau <command> --help` lists its options.',
  },
  CLI_CLEAN: {
    cause: '`clean-targets` names a folder outside of the project, or one with files of the project in it.',
    cure: 'Name folders that can be made again: target, dbt_packages, logs.',
  },
  CLI_USAGE: {
    cause: 'An argument or the value of an option is missing, too many, or not of its kind.',
    cure: '`thau <command> --help` shows how the command is used.',
  },
  CLI_INTERRUPTED: {
    cause: 'The command was stopped by a signal, such as Ctrl-C.',
    cure: 'Run again; what was published before is untouched.',
  },
} as const satisfies Record<string, CodeDoc>;
