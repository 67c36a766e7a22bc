import { CommanderError } from 'commander';
import { ThauError } from '../errors/thau-error.js';
import type { GlobalOptions, RunAction } from './command.js';
import { commandsFor } from './commands/all.js';
import { makeContext } from './context.js';
import { inOneSpelling } from './dbt-options.js';
import { Output } from './output.js';
import { globalOptions, makeProgram } from './program.js';
import { withoutSecrets } from './secrets.js';
import { onStopSignal } from './stop-signal.js';
import { usageError } from './usage-error.js';

/** The command line; answers with the exit code: 0; 1, a node or test failed; 2, used wrongly. */
export async function main(given: readonly string[]): Promise<number> {
  const args = given.length === 0 ? ['start'] : inOneSpelling(given);
  let exitCode = 0;
  const run: RunAction =
    (action) =>
    async (...handed) => {
      // commander hands over: arguments…, options, the command
      const [options] = handed.slice(-2) as [Parameters<typeof action>[1]];
      const words = texts(handed.slice(0, -2));
      exitCode = await withContext(globalOptions(program, process.env), (context) =>
        action(context, options, words),
      );
    };
  const program = makeProgram(await commandsFor(args), run);
  const output = (): Output => makeOutput(globalOptions(program, process.env));
  const unwatch = watchProcess(output);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    const fault =
      error instanceof CommanderError
        ? // hints name the other commands
          usageError(error, makeProgram(await commandsFor([]), run), args)
        : error;
    if (fault === undefined) return 0;
    output().error(fault);
    return exitCodeOf(fault);
  } finally {
    unwatch();
  }
}

/** What no `catch` sees: a reader of our output that went away, and bugs. */
function watchProcess(output: () => Output): () => void {
  const onPipe = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  };
  const onBug = (error: unknown): void => {
    output().error(error);
    process.exit(1);
  };
  process.stdout.on('error', onPipe);
  process.on('uncaughtException', onBug);
  // a broken pipe may show after the command has ended
  return () => process.off('uncaughtException', onBug);
}

/** Runs an action; what it opened is closed before its error is told. */
async function withContext(
  global: GlobalOptions,
  action: (context: ReturnType<typeof makeContext>['context']) => Promise<number>,
): Promise<number> {
  const output = makeOutput(global);
  const stop = onStopSignal();
  const { context, close } = makeContext({ global, output, env: process.env, signal: stop.signal });
  try {
    return await action(context);
  } catch (error) {
    // what Ctrl-C broke off is not the fault of what broke
    if (stop.signal.aborted) throw stop.signal.reason;
    throw error;
  } finally {
    try {
      await close();
    } finally {
      stop.dispose();
    }
  }
}

function makeOutput({ json, quiet, debug, color }: GlobalOptions): Output {
  const { stdout, stderr, env } = process;
  return new Output({ json, quiet, debug, color, stdout, stderr, clean: withoutSecrets(env) });
}

/** 2 where the command line or a setting is wrong, 130 after Ctrl-C, 1 otherwise. */
function exitCodeOf(error: unknown): number {
  if (!(error instanceof ThauError)) return 1;
  if (error.code === 'CLI_INTERRUPTED') return 130;
  const { code } = error;
  return code.startsWith('CLI_') ||
    code.startsWith('CONFIG_') ||
    code === 'PROJECT_NOT_FOUND' ||
    code === 'BUILD_NOTHING_SELECTED'
    ? 2
    : 1;
}

/** Variadic arguments come as one list, optional ones as undefined. */
function texts(args: readonly unknown[]): string[] {
  return args.flat().filter((arg): arg is string => typeof arg === 'string');
}
