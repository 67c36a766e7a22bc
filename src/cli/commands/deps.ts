import type { AddCommand } from '../command.js';

/** `thau deps`: fetches the packages that packages.yml or dependencies.yml name, and writes package-lock.yml. */
export const addDeps: AddCommand = (program, run) => {
  program
    .command('deps')
    .description('fetch the packages of packages.yml')
    .option('--upgrade', 'look for newer commits instead of those in package-lock.yml')
    .action(
      run<{ readonly upgrade?: true }>(async (context, { upgrade }) => {
        const { installPackages } = await import('../../project/packages/install-packages.js');
        const { projectDir } = context.settings();
        const installed = await installPackages({
          projectDir,
          env: context.env,
          upgrade: upgrade ?? false,
          onProgress: (message) => context.output.log(message),
        });
        context.output.result(
          installed,
          installed.length === 0 ? 'The project has no packages.' : `${installed.length} packages installed.`,
        );
        return 0;
      }),
    );
};
