import type { AddCommand } from '../command.js';

/** `thau clean`: removes the folders of `clean-targets`. */
export const addClean: AddCommand = (program, run) => {
  program
    .command('clean')
    .description('remove the folders of clean-targets (target and installed packages)')
    .option('--clean-project-files-only', 'refuse folders outside of the project (always so)')
    .option('--no-clean-project-files-only', 'not available: folders outside are never removed')
    .action(
      run<{ readonly cleanProjectFilesOnly?: boolean }>(async (context, flags) => {
        const { ThauError } = await import('../../errors/thau-error.js');
        const { cleanProject } = await import('../project/clean-project.js');
        if (flags.cleanProjectFilesOnly === false) {
          throw new ThauError('CLI_USAGE', 'thau removes nothing outside of the project.', {
            hint: 'Remove such folders by hand.',
          });
        }
        const { embedded, projectDir } = context.settings();
        const removed = cleanProject(projectDir, [embedded.dataDir]);
        context.output.result(
          { removed },
          removed.length === 0 ? 'Nothing to remove.' : removed.map((path) => `removed ${path}`).join('\n'),
        );
        return 0;
      }),
    );
};
