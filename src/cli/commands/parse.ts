import { join } from 'node:path';
import type { AddCommand } from '../command.js';

/** `thau parse`: reads the project and says what is in it, or all that is wrong with it; touches no database. */
export const addParse: AddCommand = (program, run) => {
  program
    .command('parse')
    .description('read the project, and write target/manifest.json')
    .option('--vars <yaml>', "variables, as in '{as_of: 2026-01-31}'")
    .action(
      run<{ readonly vars?: string }>(async (context, { vars }) => {
        const { openProject } = await import('../project/open-project.js');
        const { yamlMapping } = await import('../run/yaml-mapping.js');
        const { writeManifest } = await import('../run/write-manifest.js');
        const { version } = await import('../version.js');
        const start = performance.now();
        const { manifest, settings, fingerprint } = await openProject(context, {
          vars: yamlMapping(vars, '--vars'),
        });
        const seconds = (performance.now() - start) / 1000;
        writeManifest(join(settings.root, settings.targetPath), manifest, version(), {
          projectDir: settings.root,
          fingerprint: fingerprint?.(),
        });
        const counts = new Map<string, number>();
        for (const node of [...Object.values(manifest.nodes), ...Object.values(manifest.sources)]) {
          counts.set(node.resource_type, (counts.get(node.resource_type) ?? 0) + 1);
        }
        const found = [...counts]
          .map(([type, count]) => `${count} ${type}${count === 1 ? '' : 's'}`)
          .join(', ');
        context.output.result(
          { project: settings.name, seconds, ...Object.fromEntries(counts) },
          `${settings.name}: ${found === '' ? 'nothing yet' : found} (${seconds.toFixed(2)} s)`,
        );
        return 0;
      }),
    );
};
