import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runResults } from '../../build/artifacts/run-results.js';
import type { RunSummary } from '../../build/report/run-event.js';
import type { Manifest } from '../../project/manifest.js';

/** `target/manifest.json`, `target/run_results.json` and the compiled SQL, where tools of dbt's world look for them. */
export function writeArtifacts(
  targetPath: string,
  manifest: Manifest,
  summary: RunSummary,
  args: Readonly<Record<string, unknown>>,
  version: string,
): void {
  const invocationId = manifest.metadata.invocation_id;
  const results = runResults(summary, { invocationId, generatedAt: new Date(), thauVersion: version, args });
  writeWhole(join(targetPath, 'run_results.json'), JSON.stringify(results));
  writeWhole(join(targetPath, 'manifest.json'), JSON.stringify(dbtManifest(manifest, version)));
  for (const result of summary.results) {
    const node = manifest.nodes[result.nodeId];
    if (!node || result.compiledCode === undefined || result.compiledCode === '') continue;
    const file =
      node.resource_type === 'test' ? `${node.original_file_path}/${node.path}` : node.original_file_path;
    writeWhole(join(targetPath, 'compiled', node.package_name, file), `${result.compiledCode}\n`);
  }
}

function dbtManifest(manifest: Manifest, version: string): unknown {
  return {
    ...manifest,
    metadata: {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
      dbt_version: `thau ${version}`,
      ...manifest.metadata,
    },
  };
}

/** A reader never sees half a file. */
function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, text);
  renameSync(aside, file);
}
