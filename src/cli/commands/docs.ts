import { join } from 'node:path';
import type { AddCommand } from '../command.js';
import { addSelectionFlags, type RunFlagsGiven } from '../run/run-flags.js';

interface DocsFlags extends RunFlagsGiven {
  readonly compile: boolean;
  readonly emptyCatalog?: true;
  readonly static?: true;
}

/** `thau docs generate`: `manifest.json` and `catalog.json`, for whatever reads dbt's. */
export const addDocs: AddCommand = (program, run) => {
  const docs = program.command('docs').description('write what documents the project');
  addSelectionFlags(docs.command('generate').description('write manifest.json and catalog.json'))
    .option('--no-compile', 'do not render the templates to SQL first')
    .option('--empty-catalog', 'ask nothing of the database for the catalog')
    .option('--static', 'one HTML page with everything (not available)')
    .action(
      run<DocsFlags>(async (context, flags) => {
        const { catalogArtifact } = await import('../../build/artifacts/catalog-artifact.js');
        const { quoteIdentifier } = await import('../../postgres/identifier.js');
        const { ThauError } = await import('../../errors/thau-error.js');
        const { chooseNodes, namesNodes } = await import('../run/choose-nodes.js');
        const { compileSelected } = await import('../run/compile-selected.js');
        const { loadProject } = await import('../run/load-project.js');
        const { writeManifest } = await import('../run/write-manifest.js');
        const { writeWhole } = await import('../run/write-whole.js');
        const { version } = await import('../version.js');
        if (flags.static) {
          throw new ThauError('CLI_USAGE', 'thau writes no HTML page of its own.', {
            hint: 'manifest.json and catalog.json of thau docs generate are what such pages are made of.',
          });
        }
        const { output } = context;
        const warehouse = await context.warehouse();
        const vars = flags.vars === undefined ? {} : { vars: flags.vars };
        const { project, renderer } = await loadProject({ ...context, warehouse, ...vars });
        const { manifest, settings } = project;
        const warn = (message: string): void => output.log(message, {}, 'warn');
        const target = join(settings.root, settings.targetPath);
        const { compiled, faults } = flags.compile
          ? await compileSelected(context, { project, renderer, flags, warn, target })
          : { compiled: new Map<string, string>(), faults: [] };
        const [fault] = faults;
        if (fault) throw fault;
        writeManifest(target, manifest, version(), { projectDir: settings.root, compiled });
        const chosen = namesNodes(flags) || (flags.exclude ?? []).length > 0;
        const ids = flags.emptyCatalog
          ? new Set<string>()
          : chosen
            ? (await chooseNodes(context, project, flags, { warn })).ids
            : undefined;
        const catalog = await catalogArtifact({
          database: warehouse.database,
          state: quoteIdentifier(warehouse.settings.database.stateSchema),
          databaseName: warehouse.facts.database,
          manifest,
          thauVersion: version(),
          ...(ids && { ids }),
        });
        const file = join(target, 'catalog.json');
        writeWhole(file, JSON.stringify(catalog));
        const count =
          Object.keys(catalog['nodes'] as object).length + Object.keys(catalog['sources'] as object).length;
        output.result({ catalog: file, relations: count }, `${count} relations described in ${file}`);
        return 0;
      }),
    );
  docs
    .command('serve')
    .description('not available: says what to use')
    .option('--port <number>')
    .option('--host <name>')
    .option('--no-browser')
    .action(
      run(async () => {
        const { ThauError } = await import('../../errors/thau-error.js');
        throw new ThauError('CLI_USAGE', 'thau serves no documentation site.', {
          hint: 'Write the artifacts with thau docs generate and open them with any viewer of dbt documentation; `thau serve` shows models, columns and lineage in its GraphQL schema.',
        });
      }),
    );
};
