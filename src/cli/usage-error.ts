import type { Command, CommanderError } from 'commander';
import { didYouMean } from '../errors/suggest.js';
import { ThauError } from '../errors/thau-error.js';
import { insteadOfCommand, insteadOfOption } from './dbt-options.js';
import { allCommands } from './program.js';

/** commander's complaint as a ThauError with the nearest name; undefined when help or the version was asked for. */
export function usageError(
  error: CommanderError,
  program: Command,
  args: readonly string[],
): ThauError | undefined {
  if (error.exitCode === 0) return undefined;
  const message = error.message.replace(/^error: /, '');
  const named = /'([^']*)'/.exec(message)?.[1] ?? '';
  const command = commandOf(program, args);
  const help = `\`thau${command === program ? '' : ` ${fullName(command)}`} --help\` shows how it is used.`;
  if (error.code === 'commander.unknownCommand') {
    const names = command.commands.flatMap((child) => [child.name(), ...child.aliases()]);
    return new ThauError('CLI_UNKNOWN_COMMAND', `There is no command "${named}".`, {
      hint: insteadOfCommand[named] ?? didYouMean(named, names) ?? `Commands: ${names.join(', ')}.`,
    });
  }
  if (error.code === 'commander.unknownOption') {
    const options = [...command.options, ...program.options].flatMap((option) =>
      [option.long, option.short].filter((name): name is string => typeof name === 'string'),
    );
    const elsewhere = allCommands(program).filter((other) =>
      other.options.some((option) => option.long === named),
    );
    const hint =
      insteadOfOption[named] ??
      didYouMean(named, options) ??
      (elsewhere[0] ? `It belongs to: ${elsewhere.map(fullName).join(', ')}.` : help);
    const of = command === program ? '' : ` of \`thau ${fullName(command)}\``;
    return new ThauError('CLI_UNKNOWN_OPTION', `There is no option "${named}"${of}.`, { hint });
  }
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return new ThauError('CLI_USAGE', /[.!?]$/.test(text) ? text : `${text}.`, { hint: help });
}

/** The command that the arguments lead to. */
function commandOf(program: Command, args: readonly string[]): Command {
  let command = program;
  for (const arg of args) {
    const next = command.commands.find((child) => child.name() === arg || child.aliases().includes(arg));
    if (next) command = next;
  }
  return command;
}

function fullName(command: Command): string {
  const names: string[] = [];
  for (let at: Command = command; at.parent; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}
