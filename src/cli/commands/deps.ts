import type { AddCommand } from '../command.js';
import { yamlMapping } from '../run/yaml-mapping.js';
import { ThauError } from '../../errors/thau-error.js';

interface DepsOptions {
  readonly upgrade?: true;
  readonly lock?: true;
  readonly addPackage?: string;
  readonly source: string;
  readonly vars?: string;
  readonly versionCheck: boolean;
}

const sources = ['hub', 'git', 'local'] as const;

/** `thau deps`: fetches the packages that packages.yml or dependencies.yml name, and writes package-lock.yml. */
export const addDeps: AddCommand = (program, run) => {
  program
    .command('deps')
    .description('fetch the packages of packages.yml')
    .option('--upgrade', 'look for newer versions than those in package-lock.yml')
    .option('--lock', 'write package-lock.yml, and install nothing')
    .option('--add-package <name@version>', 'add a package to packages.yml first')
    .option('--source <source>', 'where the added package comes from: hub, git or local', 'hub')
    .option('--vars <yaml>', "variables, as in '{branch: main}'")
    .option('--no-version-check', 'take packages made for other versions of dbt too')
    .action(
      run<DepsOptions>(async (context, options) => {
        const { installPackages } = await import('../../project/packages/install-packages.js');
        const { projectDir } = context.settings();
        if (options.addPackage !== undefined) {
          const { addPackage } = await import('../../project/packages/add-package.js');
          const source = sources.find((one) => one === options.source);
          if (source === undefined) {
            throw new ThauError('CLI_USAGE', `--source knows no "${options.source}".`, {
              hint: `Write one of ${sources.join(', ')}.`,
            });
          }
          context.output.log(`added to ${addPackage(projectDir, source, options.addPackage)}`);
        }
        const installed = await installPackages({
          projectDir,
          env: context.env,
          vars: yamlMapping(options.vars, '--vars'),
          upgrade: options.upgrade ?? false,
          lockOnly: options.lock ?? false,
          checkVersion: options.versionCheck,
          onProgress: (message) => context.output.log(message),
        });
        const done = options.lock === true ? 'locked' : 'installed';
        context.output.result(
          installed,
          installed.length === 0
            ? 'The project has no packages.'
            : `${String(installed.length)} packages ${done}.`,
        );
        return 0;
      }),
    );
};
