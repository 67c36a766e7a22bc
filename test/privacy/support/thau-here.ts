import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { commandsFor } from '../../../src/cli/commands/all.js';
import type { RunAction } from '../../../src/cli/command.js';
import { makeContext } from '../../../src/cli/context.js';
import { Output } from '../../../src/cli/output.js';
import { globalOptions, makeProgram } from '../../../src/cli/program.js';
import type { Ran } from '../../support/run-thau.js';

/** Runs a command as `thau` does, in this process: a test that runs many of them does not wait for as many starts. */
export async function thauHere(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Ran> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const streams = { stdout, stderr } as unknown as Pick<
    ConstructorParameters<typeof Output>[0],
    'stdout' | 'stderr'
  >;
  const spoken = Promise.all([text(stdout), text(stderr)]);
  const env = { ...process.env, ...options.env };
  const json = args.includes('--json');
  const output = new Output({ json, quiet: false, debug: false, color: false, ...streams });
  let code: number | null = null;
  const run: RunAction =
    (action) =>
    async (...handed) => {
      const [flags] = handed.slice(-2) as [Parameters<typeof action>[1]];
      const words = handed
        .slice(0, -2)
        .flat()
        .filter((word): word is string => typeof word === 'string');
      const global = globalOptions(program, env);
      const { context, close } = makeContext({ global, output, env, signal: new AbortController().signal });
      try {
        code = await action(context, flags, words);
      } finally {
        await close();
      }
    };
  const program = makeProgram(await commandsFor(args), run);
  try {
    await program.parseAsync([...args, '--project-dir', options.cwd], { from: 'user' });
  } catch (error) {
    output.error(error);
    code = 1;
  }
  stdout.end();
  stderr.end();
  const [out, err] = await spoken;
  return { code, stdout: out, stderr: err };
}
